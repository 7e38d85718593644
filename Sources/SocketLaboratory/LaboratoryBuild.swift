internal import CSocketLaboratory

/// How the laboratory was built.
public enum LaboratoryBuild {
  /// Whether the thread sanitizer watches, under which everything takes many times as long.
  public static var isThreadSanitized: Bool { socklab_is_thread_sanitized() }
}
