internal import ArgumentParser
internal import SockDiag

/// `sockdiag bench`: netlink against /proc on this host.
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compares netlink with /proc on this host: results first, then times.",
    discussion: """
      Both read all TCP and UDP sockets, and then the listening TCP sockets alone, in turns. First they must show the \
      same sockets; where they do not, the differences are shown and the status is 1. Times are medians.
      """)

  @Option(name: .shortAndLong, parsing: .unconditional, help: "How often each is timed.")
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
    let comparison = try compare(&inspector)
    for row in comparison.differences.prefix(10) { output.bytes.append(contentsOf: "\(row)\n".utf8) }
    if !comparison.differences.isEmpty {
      try output.flush()
      throw CommandFailure(
        .negative,
        "netlink and /proc differ in \(comparison.differences.count) sockets, so no times are shown; if sockets come"
          + " and go quickly here, run it again")
    }
    output.bytes.append(contentsOf: "\(comparison.count) sockets, the same in both.\n\n".utf8)
    try output.flush()
    try showTimes(&inspector, &output)
  }

  /// Compares until nothing differs, for what differs may have changed between two readings.
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
      // The first of each only warms up.
      for round in 0...rounds {
        var start = clock.now
        count = 0
        for query in queries { count += try inspector.dump(query).sockets.count }
        if round > 0 { netlink.append(clock.now - start) }
        start = clock.now
        for query in queries { _ = try ProcNet.dump(query) }
        if round > 0 { procNet.append(clock.now - start) }
      }
      let times = (netlink: netlink.sorted()[netlink.count / 2], procNet: procNet.sorted()[procNet.count / 2])
      page.cell { $0.append(contentsOf: name.utf8) }
      page.cell { $0.append(contentsOf: String(count).utf8) }
      page.cell { $0.append(times.netlink) }
      page.cell { $0.append(times.procNet) }
      page.cell { $0.appendRatio(times.procNet, times.netlink) }
      page.endRow(.none) { _ in }
    }
    try page.flush(to: &output, colour: false)
    try output.flush()
  }
}

extension [UInt8] {
  /// Appends how many times as long the first takes as the second, with one decimal.
  fileprivate mutating func appendRatio(_ long: Duration, _ short: Duration) {
    let ratio = short > .zero ? long / short : 0
    let tenths = UInt64(exactly: (ratio * 10).rounded()) ?? 0
    append(contentsOf: "\(tenths / 10).\(tenths % 10)x".utf8)
  }
}
