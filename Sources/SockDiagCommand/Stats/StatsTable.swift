internal import SockDiag
internal import SockDiagWire

/// The groups of a sample as a table, with a small bar for the figure by which they are sorted.
struct StatsTable {
  private let grouping: Grouping
  private let order: GroupFigure
  private let showsHeader: Bool
  /// Whether there are several looks: then each has a line with its time.
  private let isRun: Bool
  private let terminal: Terminal
  private var isFirst = true

  private static let barWidth = 8

  init(_ grouping: Grouping, _ order: GroupFigure, showsHeader: Bool, isRun: Bool, _ terminal: Terminal) {
    self.grouping = grouping
    self.order = order
    self.showsHeader = showsHeader
    self.isRun = isRun
    self.terminal = terminal
  }

  /// A figure of a group in a column.
  private struct Figure: Sendable {
    var title: String
    /// The title where the figure is one per second.
    var rateTitle: String?
    var isOnlyOfIntervals = false
    /// The order in which columns are left out on a narrow terminal, the highest first.
    var rank: Int
    var text: @Sendable (StatsSample, SummaryGroup) -> String
  }

  private static let sockets = Figure(title: "Sockets", rank: 0) { "\($1.sockets)" }

  private static let figures: [Figure] = [
    Figure(title: "New", isOnlyOfIntervals: true, rank: 7) { $0.elapsed == nil ? "-" : "\($1.appeared)" },
    Figure(title: "Ended", isOnlyOfIntervals: true, rank: 7) { $0.elapsed == nil ? "-" : "\($1.ended)" },
    Figure(title: "Recv-Q", rank: 5) { ShortNumber.text($1.receiveQueue) },
    Figure(title: "Send-Q", rank: 5) { ShortNumber.text($1.sendQueue) },
    Figure(title: "Waiting", rank: 6) { ShortNumber.text($1.acceptQueue) },
    Figure(title: "Received", rateTitle: "Recv B/s", rank: 2) { amount($0, $1.counters.bytesReceived) },
    Figure(title: "Sent", rateTitle: "Sent B/s", rank: 2) { amount($0, $1.counters.bytesAcknowledged) },
    Figure(title: "Retrans", rank: 3) { $1.retransmitShare.map(ShortNumber.percentage) ?? "-" },
    Figure(title: "Drops", rateTitle: "Drops/s", rank: 8) { amount($0, $1.counters.drops) },
    Figure(title: "RTT 50%", rank: 3) { $1.roundTrips.quantile(0.5)?.roundedText() ?? "-" },
    Figure(title: "99%", rank: 4) { $1.roundTrips.quantile(0.99)?.roundedText() ?? "-" },
  ]

  private static func amount(_ sample: StatsSample, _ amount: UInt64?) -> String {
    sample.rate(amount).map { ShortNumber.text($0.rounded()) } ?? "-"
  }

  /// Appends a sample.
  mutating func append(_ sample: StatsSample, to output: inout ByteOutput) throws(CommandFailure) {
    if isRun { appendHeading(sample, to: &output) }
    isFirst = false
    let shown = Self.figures.filter { isRun || !$0.isOnlyOfIntervals }
    var columns = [
      TablePage.Column(title: grouping.title, yielding: .text, rank: 0), column(Self.sockets),
      TablePage.Column(title: "", rank: 9),
    ]
    columns += shown.map(column)
    var page = TablePage(columns, showsHeader: showsHeader, limit: terminal.isTerminal ? terminal.width : nil)
    let most = sample.groups.filter { $0.name != nil }.map { barValue($0.sums) }.max() ?? 0
    for group in sample.groups { append(group, sample, shown, most: most, to: &page) }
    if sample.groups.count > 1 {
      append(StatsSample.Group(name: .none("all"), sums: sample.total), sample, shown, most: 0, to: &page, .strong)
    }
    try page.flush(to: &output, colour: terminal.showsColour)
  }

  private func column(_ figure: Figure) -> TablePage.Column {
    TablePage.Column(
      title: isRun ? figure.rateTitle ?? figure.title : figure.title, alignsRight: true, rank: figure.rank)
  }

  private func append(
    _ group: StatsSample.Group, _ sample: StatsSample, _ figures: [Figure], most: Double, to page: inout TablePage,
    _ paint: Paint = .none
  ) {
    let name = group.name?.text ?? "(\(group.count.counted("other group")))"
    page.cell(text: name, group.name == nil ? .faint : paint)
    page.cell(text: Self.sockets.text(sample, group.sums), paint)
    page.cell(text: Bar.text(group.name == nil ? 0 : barValue(group.sums), of: most, width: Self.barWidth), .good)
    for figure in figures { page.cell(text: figure.text(sample, group.sums), paint) }
    page.endRow { _ in }
  }

  private func barValue(_ sums: SummaryGroup) -> Double {
    max(order == .name ? Double(sums.sockets) : order.value(sums), 0)
  }

  /// `14:03:07.123  12345 sockets, 30 new, 28 ended`
  private func appendHeading(_ sample: StatsSample, to output: inout ByteOutput) {
    if !isFirst { output.bytes.append(UInt8(ascii: "\n")) }
    sample.time.appendLocal(to: &output.bytes)
    var parts = [sample.total.sockets.counted("socket")]
    if sample.elapsed != nil {
      parts.append("\(sample.total.appeared) new")
      parts.append("\(sample.total.ended) ended")
    }
    if sample.skipped > 0 {
      parts.append("\(sample.skipped.counted("look")) skipped: a look takes longer than --every")
    }
    output.appendLine("  " + parts.joined(separator: ", "))
  }
}
