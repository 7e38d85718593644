internal import SockDiag

/// Draws the view of `watch`.
enum WatchDrawing {
  /// The frame that shows a model.
  static func frame(_ model: inout WatchModel, columns: Int, rows: Int) -> ScreenFrame {
    var frame = ScreenFrame(columns: columns, rows: rows)
    switch model.mode {
    case .table, .filter: drawTable(&model, &frame)
    case .details(let line): drawPage(WatchDetails.lines(model, columns: columns), line, &model, &frame)
    case .help(let line): drawPage(WatchHelp.lines(columns: columns), line, &model, &frame)
    }
    return frame
  }

  // MARK: Table

  private static func drawTable(_ model: inout WatchModel, _ frame: inout ScreenFrame) {
    let isLow = frame.rows < 16
    var line = 0
    drawTitle(model, &frame, at: line)
    line += 1
    if let sample = model.sample {
      if !isLow {
        drawStates(sample, &frame, at: line)
        line += 1
      }
      drawTraffic(sample, &frame, at: line, withSockets: isLow)
      line += 1
    }
    let remarks = remarks(model).flatMap { WatchDetails.folded($0, columns: frame.columns, hanging: 2) }
    for remark in remarks.prefix(isLow ? 1 : 4) {
      frame.put(remark.text, row: line, column: 0, .passing)
      line += 1
    }
    if !isLow { line += 1 }
    let bottom = drawBottom(model, &frame)
    model.pageLength = max(bottom - line - 1, 1)
    model.keepChosenVisible()
    if model.sample == nil {
      frame.put("Looking at the sockets …", row: line, column: 0, limit: frame.columns, .faint)
    } else if model.lineCount == 0 {
      let text = model.filterText.isEmpty ? "There are no sockets." : "No socket matches the filter."
      frame.put(text, row: line, column: 0, .faint)
    } else if line + 1 < bottom {
      if model.isGrouped {
        WatchGroupTable.draw(&model, into: &frame, from: line)
      } else {
        WatchTable.draw(&model, into: &frame, from: line)
      }
    }
  }

  private static func drawTitle(_ model: WatchModel, _ frame: inout ScreenFrame, at line: Int) {
    var strip = Strip(line: line)
    strip.put("sockdiag watch", &frame, .strong)
    if let time = model.sample?.time {
      var text: [UInt8] = []
      time.appendLocal(to: &text)
      strip.put(String(decoding: text.prefix(8), as: UTF8.self), &frame)
    }
    if model.isPaused { strip.put(" paused ", &frame, .passing, isInverse: true) }
    strip.put("every \(WatchFigureText.interval(model.request.interval))", &frame)
    if let grouping = model.request.grouping { strip.put("groups: \(grouping.word)", &frame, .good) }
    let order = model.isGrouped && model.request.order == .age ? "sockets" : model.request.order.rawValue
    strip.put("by \(order)\(model.request.isReversed ? ", lowest first" : "")", &frame)
    if !model.filterText.isEmpty { strip.put("filter: \(model.filterText)", &frame, .good) }
  }

  private static func drawStates(_ sample: WatchSample, _ frame: inout ScreenFrame, at line: Int) {
    var strip = Strip(line: line)
    strip.put(sockets(sample), &frame, .strong)
    for (state, count) in sample.totals.states {
      strip.put("\(Figure.grouped(count)) \(state.brief(isConnectionOriented: false))", &frame, .none)
    }
  }

  private static func sockets(_ sample: WatchSample) -> String {
    let count = sample.totals.sockets
    return "\(Figure.grouped(count)) \(count == 1 ? "socket" : "sockets")"
  }

  private static func drawTraffic(
    _ sample: WatchSample, _ frame: inout ScreenFrame, at line: Int, withSockets: Bool
  ) {
    var strip = Strip(line: line)
    if withSockets { strip.put(sockets(sample), &frame, .strong) }
    guard sample.elapsed != nil else {
      strip.put("rates follow with the next look", &frame, .faint)
      return
    }
    let blocks = frame.columns < 100 ? 8 : 16
    for (name, rate, history) in [
      ("in", sample.rate(\.bytesReceived), sample.received), ("out", sample.rate(\.bytesAcknowledged), sample.sent),
    ] {
      strip.put("\(name) \(WatchFigureText.scaled(rate))B/s", &frame)
      if !withSockets { strip.put(history.blocks(blocks), &frame, .good, gap: 1) }
    }
    let retransmits = sample.rate(\.segmentsRetransmitted) ?? 0
    strip.put("\(WatchFigureText.rare(retransmits)) retransmits/s", &frame, retransmits > 0 ? .bad : .none)
    strip.put("+\(Figure.grouped(sample.totals.appeared)) new", &frame)
    strip.put("-\(Figure.grouped(sample.totals.ended)) ended", &frame)
  }

  private static func remarks(_ model: WatchModel) -> [String] {
    var remarks = model.sample?.remarks ?? []
    if let failure = model.ownerFailure {
      remarks.append(failure)
    } else if model.visibleRows.contains(where: { model.owners[$0.key]?.isHidden == true }) {
      remarks.append("? stands for processes that are hidden from this user; \(Remarks.cureForHiddenProcesses)")
    }
    return remarks
  }

  // MARK: Bottom

  /// Draws the keys, or the filter that is being typed.
  ///
  /// - Returns: The first line of it.
  private static func drawBottom(_ model: WatchModel, _ frame: inout ScreenFrame) -> Int {
    guard case .filter(let editor, let fault) = model.mode else {
      WatchHelp.drawKeys(WatchHelp.tableKeys, &frame)
      return frame.rows - 1
    }
    let reasons = fault.map { WatchDetails.folded($0.message, columns: frame.columns, hanging: 2).prefix(4) } ?? []
    let line = max(frame.rows - 1 - max(reasons.count, 1), 0)
    let prompt = "Filter: "
    let room = max(frame.columns - prompt.utf8.count - 1, 1)
    // A long line scrolls, so that the cursor is seen.
    let start = max(editor.cursor - room, 0)
    frame.put(prompt, row: line, column: 0, .strong)
    let characters = editor.characters.map { $0.isNewline ? " " : $0 } + [" "]
    var column = prompt.utf8.count
    for (index, character) in characters.enumerated().dropFirst(start) {
      column = frame.put(
        String(character), row: line, column: column, index == fault?.position ? .bad : .none,
        isInverse: index == editor.cursor)
    }
    for (index, reason) in reasons.enumerated() { frame.put(reason.text, row: line + 1 + index, column: 0, .bad) }
    if fault == nil { WatchHelp.drawKeys(WatchHelp.filterKeys, &frame) }
    return line
  }

  // MARK: Pages

  private static func drawPage(
    _ lines: [WatchPageLine], _ first: Int, _ model: inout WatchModel, _ frame: inout ScreenFrame
  ) {
    model.pageLength = max(frame.rows - 1, 1)
    model.limitText(to: lines.count)
    let first = min(first, max(lines.count - model.pageLength, 0))
    for (row, line) in lines.dropFirst(first).prefix(model.pageLength).enumerated() {
      frame.put(line.text, row: row, column: 0, line.paint)
    }
    WatchHelp.drawKeys(WatchHelp.pageKeys, &frame)
  }
}

/// A line of a page of text.
struct WatchPageLine: Hashable {
  var text: String
  var paint = Paint.none
}

/// Words on a line, one after the other, as long as they fit.
private struct Strip {
  let line: Int
  private var column = 0
  private var isFull = false

  init(line: Int) { self.line = line }

  mutating func put(
    _ text: String, _ frame: inout ScreenFrame, _ paint: Paint = .none, isInverse: Bool = false, gap: Int = 2
  ) {
    let start = column == 0 ? 0 : column + gap
    // Half a figure would be a wrong one.
    guard !isFull, column == 0 || start + DisplayWidth.of(text.utf8) <= frame.columns else {
      isFull = true
      return
    }
    column = frame.put(text, row: line, column: start, paint, isInverse: isInverse)
  }
}
