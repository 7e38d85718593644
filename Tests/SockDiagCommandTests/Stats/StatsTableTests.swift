import SockDiag
import SockDiagTesting
import SockDiagWire
import SocketLaboratory
import Testing

@testable import SockDiagCommand

/// The table and the chart of sums, from samples with known content.
@Suite struct StatsTableTests {
  private static func connection(
    _ port: UInt16, received: UInt64, rtt: Int, retransmits: UInt32 = 0
  ) -> InetSocket {
    .specimen(.tcp, .established, local: SocketAddress(IPAddress(v4: 0x7f00_0001), port: port), remote: "127.0.0.1:9") {
      $0.receiveQueue = 1_500
      $0.tcpInfo = .specimen {
        $0.bytesReceived = received
        $0.bytesAcknowledged = 2_000
        $0.segmentsOut = 1_000
        $0.totalRetransmits = retransmits
        $0.smoothedRTT = .microseconds(rtt)
      }
    }
  }

  private static func sample(elapsed: Duration? = nil, isOfInterval: Bool = false) -> StatsSample {
    var (web, other, rest) = (SummaryGroup(), SummaryGroup(), SummaryGroup())
    for number in 1...16 { web.add(connection(443, received: 1_000_000, rtt: number * 100)) }
    other.add(connection(22, received: 7, rtt: 12_340, retransmits: 25))
    rest.add(.specimen(.tcp, .timeWait, local: "127.0.0.1:443", remote: "127.0.0.1:8"))
    var total = web
    total += other
    total += rest
    return StatsSample(
      time: Timestamp(seconds: 1_800_000_000, milliseconds: 7), elapsed: elapsed, isOfInterval: isOfInterval,
      grouping: .port,
      groups: [
        StatsSample.Group(name: .port(443, .tcp), sums: web), StatsSample.Group(name: .port(22, .tcp), sums: other),
        StatsSample.Group(name: nil, sums: rest, count: 3),
      ], total: total)
  }

  private static func lines(
    _ sample: StatsSample, by order: GroupFigure = .sockets, isRun: Bool = false, width: Int? = nil
  ) throws -> [String] {
    let terminal = width.map { Terminal(showsColour: false, width: $0, isTerminal: true) } ?? .plain
    var table = StatsTable(.port, order, showsHeader: true, isRun: isRun, terminal)
    var output = ByteOutput(descriptor: nil)
    try table.append(sample, to: &output)
    return String(decoding: output.bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test func groupsAreRows() throws {
    let lines = try Self.lines(Self.sample()) + Self.lines(Self.sample(), width: 80)
    try Fixture.expect(Array((lines.joined(separator: "\n") + "\n").utf8), toBe: "tables/stats.txt")
  }

  @Test func ratesArePerSecond() throws {
    let rows = try Self.lines(Self.sample(elapsed: .milliseconds(500), isOfInterval: true), isRun: true)
    #expect(rows[0].hasSuffix("  18 sockets, 0 new, 0 ended"))
    #expect(rows[1].contains("Recv B/s") && rows[1].contains("Ended"))
    #expect(rows[2].split(separator: " ").map(String.init)[7...].prefix(3) == ["0", "32M", "64k"])
    // The first look has nothing to compare with.
    let first = try Self.lines(Self.sample(isOfInterval: true), isRun: true)
    #expect(first[0].hasSuffix("  18 sockets"))
    #expect(first[2].split(separator: " ").map(String.init)[3...].prefix(2) == ["-", "-"])
  }

  @Test func barFollowsTheOrder() throws {
    let rows = try Self.lines(Self.sample(), by: .retransmits)
    #expect(rows[2].contains("████████") && !rows[1].contains("█"))
  }

  @Test func narrowTerminalLosesColumnsAndNoName() throws {
    for width in 20...120 {
      let rows = try Self.lines(Self.sample(), width: width)
      #expect(rows.allSatisfy { $0.count <= width }, "\(width)")
      if width >= 40 { #expect(rows[1].hasPrefix("443/tcp ")) }
    }
  }

  @Test(
    arguments: [
      (0, "0"), (7, "7"), (999, "999"), (999.7, "1k"), (1_000, "1k"), (1_234, "1.23k"), (12_345, "12.3k"),
      (99_960, "100k"),
      (999_600, "1M"), (1.5, "1.5"), (0.25, "0.25"), (4.5e12, "4.5T"), (1.8e19, "18E"), (.infinity, "-"), (.nan, "-"),
    ] as [(Double, String)])
  func numbersAreShort(number: Double, text: String) { #expect(ShortNumber.text(number) == text) }

  @Test func smallPartsAreNotZero() {
    #expect(ShortNumber.percentage(0) == "0%")
    #expect(ShortNumber.percentage(0.000_001) == "<0.01%")
    #expect(ShortNumber.percentage(1) == "100%")
    #expect(Bar.text(0.001, of: 100, width: 8) == "▏")
    #expect(Bar.text(100, of: 100, width: 8) == "████████")
    #expect(Bar.text(0, of: 100, width: 8) == "")
    #expect(Bar.text(3, of: 0, width: 8) == "")
  }

  // MARK: Words

  @Test func everyWordIsAGrouping() throws {
    for word in Grouping.words { #expect(try Grouping.parse(word).word == word) }
    #expect(try Grouping.parse("peer/24") == .peer(v4: 24, v6: 64))
    #expect(try Grouping.parse("peer/0,48") == .peer(v4: 0, v6: 48))
    #expect(try Grouping.parse("peer/24").word == "peer/24,64")
    #expect(try Grouping.parse("netns") == .namespace)
  }

  @Test(arguments: ["", "ports", "peer/", "peer/33", "peer/24,129", "peer/1,2,3", "peer/-1", "peer/x"])
  func otherWordsAreRefused(word: String) {
    #expect(throws: CommandFailure.self) { try Grouping.parse(word) }
  }

  @Test(arguments: [
    ("--json --every 1s", "use --ndjson"), ("--count 3", "--count needs --every"), ("--chart x.svg", "add --every"),
    ("--every 1ms", "at least 10ms"), ("--every 1s --count 0", "at least 1"), ("--limit=-1", "0 for all groups"),
    ("--json --ndjson", "exclude each other"), ("-s --by port", "groups of its own"), ("--by x", "is not one of state"),
    ("-x", "sockdiag list -s"), ("comm = nginx", "--by process"), ("--sort x", "retransmits"),
  ])
  func wrongUsageIsExplained(line: String, part: String) throws {
    let result = try Tool.run(["stats"] + line.split(separator: " ").map(String.init))
    #expect(result.status == 64)
    #expect(result.errors.contains(part), "\(result.errors)")
    #expect(result.output.isEmpty)
  }

  // MARK: The chart

  @Test func chartHasALineForEachGroup() async throws {
    try await TemporaryFolder.with { folder in
      let path = folder + "/run.svg"
      var history = try StatsHistory(path: path, .port, .everything)
      #expect(try text(path).contains("No looks yet."))
      for second in 0..<5 {
        var sample = Self.sample(elapsed: second == 0 ? nil : .seconds(1), isOfInterval: true)
        sample.time.seconds += second
        if second == 2 { sample.groups.removeFirst() }
        try history.add(sample)
      }
      try history.finish()
      let svg = try text(path)
      #expect(svg.contains(">443/tcp<") && svg.contains(">22/tcp<") && !svg.contains("other groups"))
      // Sockets, received, sent, retransmits of one, round-trip times. One look without the group parts its line.
      #expect(svg.components("<polyline") == 5 * 3)
      #expect(svg.contains("Round-trip time, median"))
      #expect(svg.components("<svg") == 1 && svg.hasSuffix("</svg>\n"))
      #expect(try TemporaryFolder.files(below: folder) == ["run.svg"])
    }
  }

  @Test func longRunKeepsFewPoints() async throws {
    try await TemporaryFolder.with { folder in
      var history = try StatsHistory(path: folder + "/run.svg", .port, .everything, capacity: 10)
      for second in 0..<1_000 {
        var sample = Self.sample(elapsed: .seconds(1), isOfInterval: true)
        sample.time.seconds += second
        try history.add(sample)
      }
      #expect(history.points.count <= 11)
      #expect(history.points.last.map { $0.seconds > 900 } == true)
      #expect(history.points.allSatisfy { $0.groups[.port(443, .tcp)]?.sockets == 16 })
    }
  }

  @Test func hostileNamesStayText() async throws {
    try await TemporaryFolder.with { folder in
      let path = folder + "/run.svg"
      var history = try StatsHistory(path: path, .process, .everything)
      var sample = Self.sample(elapsed: .seconds(1), isOfInterval: true)
      sample.groups[0].name = .process(7, name: "</text><script>&\"\u{1b}[31m\u{0}")
      try history.add(sample)
      try history.finish()
      let svg = try text(path)
      #expect(svg.contains("&lt;/text&gt;&lt;script&gt;&amp;&quot;\u{fffd}[31m\u{fffd} (7)"))
      #expect(!svg.contains("<script"))
    }
  }

  @Test func chartThatCannotBeWrittenIsReportedAtOnce() throws {
    let result = try Tool.run(["stats", "--every", "1s", "--chart", "/dev/null/x.svg"])
    #expect(result.status == 73 || result.status == 74)
    #expect(result.errors.contains("cannot create '/dev/null/x.svg'"))
  }

  private func text(_ path: String) throws -> String {
    String(decoding: try FileSystem.read(path), as: UTF8.self)
  }
}

extension String {
  /// How often a text occurs.
  fileprivate func components(_ part: String) -> Int {
    split(separator: part, omittingEmptySubsequences: false).count - 1
  }
}
