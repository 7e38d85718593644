import FoundationEssentials

/// Processes as /proc shows them.
enum Processes {
  /// Those of a name.
  static func named(_ name: String) throws -> [Int32] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int32($0) }.filter { pid in
      (try? text("/proc/\(pid)/comm")) == name + "\n"
    }
  }

  /// The letter of a state, such as `S` for one that sleeps and `T` for one that is stopped.
  static func state(of pid: Int32) throws -> String? {
    // The name before it may hold any byte but ends with the last parenthesis.
    try text("/proc/\(pid)/stat").split(separator: ")").last?.split(separator: " ").first.map(String.init)
  }

  private static func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
  }
}
