import FoundationEssentials

/// Programs that some tests need and a laptop may lack. `.ci/run packages` installs them.
enum Shells {
  static func has(_ path: String) -> Bool { FileManager.default.isExecutableFile(atPath: path) }

  static let hasOpenMetricsParser =
    (try? run(["/usr/bin/python3", "-c", "import prometheus_client.openmetrics.parser"]).status) == 0

  /// Runs a program to its end, with no input.
  static func run(_ words: [String]) throws -> Tool.Result { try Tool.run(words, "/dev/null", nil) }
}
