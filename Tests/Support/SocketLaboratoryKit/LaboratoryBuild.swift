internal import CSocketLaboratory
internal import CSocketLaboratoryKit

/// The build of the laboratory.
public enum LaboratoryBuild {
  /// Whether the thread sanitizer is on. Programs then take many times as long.
  public static var isThreadSanitized: Bool { socklab_is_thread_sanitized() }

  /// Whether a sanitizer is on. Its runtime reads /proc before a program begins.
  public static var needsProc: Bool { isThreadSanitized || socklab_is_address_sanitized() }
}
