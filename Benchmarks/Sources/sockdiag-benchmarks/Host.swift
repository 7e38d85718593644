import CHarness
import FoundationEssentials

/// The machine of a measurement. A time without it has little meaning.
struct Host: Codable, Equatable {
  let kernel: String
  let processor: String
  let cores: Int
  let architecture: String

  static func current() -> Host {
    let information = readText("/proc/cpuinfo")
    let model = information.split(separator: "\n").first { $0.hasPrefix("model name") }
    let name = model?.split(separator: ":").last.map { $0.trimmingPrefix(while: \.isWhitespace) }
    return Host(
      kernel: readText("/proc/sys/kernel/osrelease").filter { !$0.isWhitespace },
      processor: name.map(String.init) ?? "unknown",
      cores: ProcessInfo.processInfo.activeProcessorCount,
      architecture: readText("/proc/sys/kernel/arch").filter { !$0.isWhitespace }
    )
  }
}

/// The start of a small file; empty if there is none.
func readText(_ path: String) -> String {
  let capacity = 16 * 1024
  // SAFETY: the callee writes at most `capacity` bytes and returns how many.
  return unsafe String(unsafeUninitializedCapacity: capacity) { bytes in
    let length = unsafe bytes.withMemoryRebound(to: CChar.self) {
      unsafe harness_read_file(path, $0.baseAddress, capacity)
    }
    return max(0, length)
  }
}

/// The system's text for a negative errno.
func errorText(_ error: some BinaryInteger) -> String {
  // SAFETY: the text is a constant of the C library.
  unsafe String(cString: harness_error_text(Int32(truncatingIfNeeded: error)))
}
