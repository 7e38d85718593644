import FoundationEssentials

/// A report of `why --run --json` about a call.
struct WatchReport: Decodable {
  var call: String
  var errno: String
  var why: Why?

  struct Why: Decodable {
    var verdict: String
  }

  /// The reports in the output, one per line.
  static func all(in bytes: [UInt8]) -> [WatchReport] {
    bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
      try? JSONDecoder().decode(WatchReport.self, from: Data(line))
    }
  }
}
