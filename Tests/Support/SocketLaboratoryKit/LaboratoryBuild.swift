internal import CSocketLaboratory
internal import CSocketLaboratoryKit
public import SocketLaboratory

/// How the laboratory was built.
public enum LaboratoryBuild {
  /// Whether the thread sanitizer watches, under which everything takes many times as long.
  public static var isThreadSanitized: Bool { socklab_is_thread_sanitized() }

  /// Whether a sanitizer watches, whose runtime looks into /proc before a program begins.
  public static var needsProc: Bool { isThreadSanitized || socklab_is_address_sanitized() }
}
