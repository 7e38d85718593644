internal import SockDiag

/// The page about one socket: what `sockdiag list -peiom` knows of it, and its rates.
enum WatchDetails {
  static func lines(_ model: WatchModel, columns width: Int) -> [WatchPageLine] {
    guard let row = model.detailed else { return [WatchPageLine(text: "The socket is gone.")] }
    let socket = model.detailedSocket ?? row.socket
    var lines = folded(title(socket, row.namespace, model.cells), columns: width, hanging: 2, .strong)
    if row.hasEnded { lines.append(WatchPageLine(text: "It has ended. These are its last figures.", paint: .passing)) }
    lines.append(WatchPageLine(text: ""))
    lines += rates(row, socket, columns: width)
    lines.append(WatchPageLine(text: ""))
    if let namespace = row.namespace {
      lines += folded("network namespace: \(namespace.namespace)", columns: width, hanging: 4)
    }
    for line in processes(row, model) { lines += folded(line, columns: width, hanging: 4) }
    if row.socket.cookie != nil, model.detailedSocket == nil, !row.hasEnded {
      lines.append(WatchPageLine(text: "Reading the details …", paint: .faint))
    }
    var details = DetailText(bytes: [], lineStart: "\n")
    details.line("timer")
    if let timer = socket.timer {
      details.name("kind", timer.kind.description)
      details.time("expires", timer.expires)
      details.number("retransmits", timer.retransmits)
    }
    var text = details.bytes
    let figures = DetailLines(kinds: [.identity, .memory, .transport], cgroups: model.cgroups)
    figures.append(socket, to: &text)
    for line in text.split(separator: 0x0a) {
      let words = line.drop { $0 == 0x20 }
      lines += folded(String(decoding: words, as: UTF8.self), columns: width, hanging: 4)
    }
    return lines
  }

  private static func title(_ socket: InetSocket, _ namespace: NamespaceTag?, _ cells: SocketCells) -> String {
    var cells = cells
    cells.interfaces.use(namespace)
    var text = Array("\(socket.netID) ".utf8)
    cells.append(.local, of: socket, SocketNotes(), to: &text)
    text += Array(" → ".utf8)
    cells.append(.remote, of: socket, SocketNotes(), to: &text)
    text += Array("  ".utf8)
    cells.append(.state, of: socket, SocketNotes(), to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  private static func rates(_ row: WatchRow, _ socket: InetSocket, columns width: Int) -> [WatchPageLine] {
    let figures = row.figures
    var words = [
      "in \(WatchFigureText.scaled(figures.received))B/s", "out \(WatchFigureText.scaled(figures.sent))B/s",
      "\(WatchFigureText.rare(figures.retransmitted)) retransmits/s",
    ]
    if let time = figures.roundTrip { words.append("rtt \(WatchFigureText.time(time))") }
    if case .connections(let waiting, let limit) = socket.queues {
      words = ["\(waiting) of \(limit.map(String.init) ?? "?") connections wait for accept()"]
    } else {
      words.append("recv-q \(socket.receiveQueue)")
      words.append("send-q \(socket.sendQueue)")
    }
    words.append("seen for \(row.isOlder ? "≥" : "")\(WatchFigureText.age(figures.age))")
    return folded(words.joined(separator: ", "), columns: width, hanging: 2)
      + [WatchPageLine(text: row.history.blocks(RateHistory.capacity), paint: .good)]
  }

  private static func processes(_ row: WatchRow, _ model: WatchModel) -> [String] {
    if let failure = model.ownerFailure { return [failure] }
    guard let owner = model.owners[row.key] else { return ["process: being looked up …"] }
    if owner.details.isEmpty {
      if owner.isHidden { return ["process: hidden from this user; \(Remarks.cureForHiddenProcesses)"] }
      return ["process: \(String(decoding: owner.label, as: UTF8.self))"]
    }
    return owner.details.split(separator: 0x0a).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Breaks a line between words.
  static func folded(
    _ text: String, columns: Int, hanging: Int, _ paint: Paint = .none
  ) -> [WatchPageLine] {
    var prose = Prose(Terminal(showsColour: false, width: columns))
    let indent = text.prefix { $0 == " " }.count
    prose.line(String(text.dropFirst(indent)), indent: indent, hanging: hanging - indent)
    return prose.bytes.split(separator: 0x0a).map { line in
      WatchPageLine(text: String(decoding: line, as: UTF8.self), paint: paint)
    }
  }
}
