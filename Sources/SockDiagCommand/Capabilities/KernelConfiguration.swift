internal import Glibc

/// The configuration that the running kernel was built with.
enum KernelConfiguration {
  /// Far more than any configuration has.
  private static let longest = 1 << 22

  /// The text of `/proc/config.gz`; `nil` if the kernel does not show it.
  static func read(_ path: String = "/proc/config.gz") -> [UInt8]? {
    // SAFETY: open copies the path, and the string outlives the call.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var input = CaptureInput(descriptor, path)
    var text: [UInt8] = []
    do throws(CommandFailure) { try input.read(upTo: longest, into: &text) } catch { return nil }
    return input.fault == nil ? text : nil
  }
}
