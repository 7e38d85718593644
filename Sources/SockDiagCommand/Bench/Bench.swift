internal import ArgumentParser
internal import SockDiag
internal import SockDiagWire

/// `sockdiag bench`: compares reading through netlink with reading `/proc` on this host.
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compares netlink with /proc on this host: results first, then times.",
    discussion: """
      It reads all TCP and UDP sockets from both, and then the listening TCP sockets, in turns. If the two do not list the \
      same sockets, it shows the differences and exits with 1. The times are medians.
      """)

  @Option(name: .shortAndLong, parsing: .unconditional, help: "The number of measurements of each.")
  var rounds = 7

  private static let everything = [SocketQuery(.tcp, states: .all), SocketQuery(.udp, states: .all)]
  private static let listening = [SocketQuery(.tcp, states: .listen)]

  func run() throws {
    guard (1...10_000).contains(rounds) else {
      throw CommandFailure.usage("--rounds: \(rounds) is out of range; give 1 to 10000")
    }
    var inspector = try SocketInspector()
    if let refusal = inspector.refusal { throw refusal }
    var output = ByteOutput()
    let comparison = try Progress.during("comparing netlink with /proc") { try compare(&inspector) }
    for difference in comparison.differences.prefix(10) { output.appendLine(difference) }
    if !comparison.differences.isEmpty {
      try output.flush()
      throw CommandFailure(
        .negative,
        "netlink and /proc differ in \(comparison.differences.count.counted("socket")), so no times are shown; if many"
          + " sockets open and close here, run it again")
    }
    output.appendLine("\(comparison.count.counted("socket")), the same in both.")
    output.bytes.append(UInt8(ascii: "\n"))
    try output.flush()
    try showTimes(&inspector, &output)
  }

  /// Compares up to five times, until nothing differs: sockets may change between two readings.
  private func compare(_ inspector: inout SocketInspector) throws -> SourceComparison {
    var comparison = try SourceComparison(Self.everything, &inspector)
    for _ in 0..<4 where !comparison.differences.isEmpty {
      comparison = try SourceComparison(Self.everything, &inspector)
    }
    return comparison
  }

  private func showTimes(_ inspector: inout SocketInspector, _ output: inout ByteOutput) throws {
    let clock = ContinuousClock()
    var page = TablePage(
      [
        TablePage.Column(title: "Sockets"), TablePage.Column(title: "Count", alignsRight: true),
        TablePage.Column(title: "Netlink", alignsRight: true), TablePage.Column(title: "/proc", alignsRight: true),
        TablePage.Column(title: "Ratio", alignsRight: true),
      ], showsHeader: true)
    for (name, queries) in [("all", Self.everything), ("listening", Self.listening)] {
      var netlink: [Duration] = []
      var procNet: [Duration] = []
      var count = 0
      try Progress.during("measuring \(rounds.counted("round"))") {
        // The first round warms up and does not count.
        for round in 0...rounds {
          var start = clock.now
          count = 0
          for query in queries { count += try inspector.dump(query).sockets.count }
          if round > 0 { netlink.append(clock.now - start) }
          start = clock.now
          for query in queries { _ = try ProcNet.dump(query) }
          if round > 0 { procNet.append(clock.now - start) }
        }
      }
      let times = (netlink: netlink.sorted()[netlink.count / 2], procNet: procNet.sorted()[procNet.count / 2])
      page.row([
        name, "\(count)", times.netlink.shortText, times.procNet.shortText,
        Self.ratio(times.procNet, times.netlink),
      ])
    }
    try page.flush(to: &output, colour: false)
    try output.flush()
  }

  /// The first time as a multiple of the second, with one decimal: `12.5x`.
  private static func ratio(_ long: Duration, _ short: Duration) -> String {
    let ratio = short > .zero ? long / short : 0
    let tenths = UInt64(exactly: (ratio * 10).rounded()) ?? 0
    return "\(tenths / 10).\(tenths % 10)x"
  }
}
