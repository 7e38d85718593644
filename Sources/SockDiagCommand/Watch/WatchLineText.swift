internal import SockDiag

/// Writes a sample as lines of words.
///
/// Each line begins with the time of the look, so that `grep` keeps what belongs together.
struct WatchLineText {
  private var cells: SocketCells

  init(interfaces: InterfaceNames) { cells = SocketCells(interfaces: interfaces) }

  mutating func append(_ sample: WatchSample, _ owners: [UInt64: WatchOwner], to text: inout [UInt8]) {
    var words = ["all", "sockets=\(sample.totals.sockets)"]
    words += sample.totals.states.map { "\($0.state)=\($0.count)" }
    words += [
      "received=\(Self.number(sample.rate(\.bytesReceived)))", "sent=\(Self.number(sample.rate(\.bytesAcknowledged)))",
      "retransmits=\(Self.number(sample.rate(\.segmentsRetransmitted)))", "appeared=\(sample.totals.appeared)",
      "ended=\(sample.totals.ended)",
    ]
    begin(sample, words, &text)
    text.append(0x0a)
    for group in sample.groups { append(group, sample, &text) }
    for row in sample.rows {
      begin(sample, [row.hasEnded ? "ended" : row.change == .appeared ? "new" : "socket"], &text)
      cells.interfaces.use(row.namespace)
      for column in [TableColumn.netID, .state, .local, .remote] {
        text.append(0x20)
        cells.append(column, of: row.socket, SocketNotes(), to: &text)
      }
      append(row, owners[row.key], &text)
      text.append(0x0a)
    }
  }

  private func append(_ group: WatchGroup, _ sample: WatchSample, _ text: inout [UInt8]) {
    let (sums, figures) = (group.sums, group.figures)
    var words = ["group", "sockets=\(sums.sockets)"]
    words += Self.rates(figures)
    if let time = figures.roundTrip { words.append("rtt=\(time.shortText)") }
    words += [
      "waiting=\(sums.acceptQueue)", "recv-q=\(sums.receiveQueue)", "send-q=\(sums.sendQueue)",
      "appeared=\(sums.appeared)", "ended=\(sums.ended)", "name=",
    ]
    begin(sample, words, &text)
    // Last, because names may have blanks.
    text.appendVisible(group.name.text.utf8)
    text.append(0x0a)
  }

  private static func rates(_ figures: WatchFigures) -> [String] {
    [("received", figures.received), ("sent", figures.sent), ("retransmits", figures.retransmitted)].compactMap {
      name, value in value.map { "\(name)=\(number($0))" }
    }
  }

  private func begin(_ sample: WatchSample, _ words: [String], _ text: inout [UInt8]) {
    sample.time.appendLocal(to: &text)
    for word in words { text += Array(" \(word)".utf8) }
  }

  private func append(_ row: WatchRow, _ owner: WatchOwner?, _ text: inout [UInt8]) {
    let figures = row.figures
    var words = Self.rates(figures)
    if let time = figures.roundTrip { words.append("rtt=\(time.shortText)") }
    if case .connections(let waiting, let limit) = row.socket.queues {
      words.append("accept-q=\(waiting)/\(limit.map(String.init) ?? "?")")
    } else {
      words += ["recv-q=\(row.socket.receiveQueue)", "send-q=\(row.socket.sendQueue)"]
    }
    words.append("age=\(row.isOlder ? ">=" : "")\(figures.age.components.seconds)s")
    if let namespace = row.namespace { words.append("netns=\(namespace.label)") }
    for word in words { text += Array(" \(word)".utf8) }
    if let owner { text += Array(" process=".utf8) + owner.label }
  }

  /// A rate without a unit: programs compare it.
  private static func number(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "0" }
    let tenths = Int((value * 10).rounded())
    return tenths.isMultiple(of: 10) ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
  }
}
