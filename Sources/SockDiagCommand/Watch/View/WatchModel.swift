internal import SockDiag
internal import SockDiagWire

/// The state of the view of `watch`: keys and samples go in, and ``WatchDrawing`` makes a frame of it.
///
/// It knows no terminal and no kernel, so tests drive it by keys alone.
struct WatchModel {
  /// What the keys work on.
  enum Mode: Hashable {
    case table
    /// A filter is being typed.
    case filter(LineEditor, fault: WatchFilter.Fault?)
    /// The details of the chosen socket, from a line on.
    case details(from: Int)
    case help(from: Int)
  }

  /// What the keys ask of the program.
  enum Wish: Hashable {
    case quit
  }

  private let filter: WatchFilter
  /// What the sampler is asked for.
  private(set) var request: WatchRequest
  /// The text of the filter.
  private(set) var filterText: String
  private var filterHistory: [String]
  private(set) var mode = Mode.table
  /// Whether the view stays as it is.
  private(set) var isPaused = false
  private(set) var sample: WatchSample?
  /// The sample that a pause holds back.
  private var waiting: WatchSample?
  private(set) var owners: [UInt64: WatchOwner] = [:]
  /// Why processes are not shown.
  private(set) var ownerFailure: String?
  /// The key of the chosen row.
  private(set) var chosen: UInt64?
  /// The row whose details are shown, as it was seen last.
  private(set) var detailed: WatchRow?
  /// The same socket with all details; `nil` until the first look at it.
  private(set) var detailedSocket: InetSocket?
  /// The first row that is shown.
  private(set) var top = 0
  /// The number of rows on the screen, which the drawing tells.
  var pageLength = 1
  /// The widths that columns have had, so that the table does not move from sample to sample.
  var widths = WatchWidths()
  /// Writes addresses.
  var cells: SocketCells
  /// The paths of cgroups; `nil` to show none.
  let cgroups: CgroupNames?
  /// Whether the sockets of all network namespaces are shown.
  let showsNamespaces: Bool

  /// The intervals to choose from by key.
  static let intervals: [Duration] = [
    .milliseconds(100), .milliseconds(200), .milliseconds(500), .seconds(1), .seconds(2), .seconds(5), .seconds(10),
    .seconds(30), .seconds(60),
  ]

  init(
    _ request: WatchRequest, filterText: String, filter: WatchFilter, interfaces: InterfaceNames,
    cgroups: CgroupNames? = nil, showsNamespaces: Bool = false
  ) {
    self.cgroups = cgroups
    self.showsNamespaces = showsNamespaces
    self.request = request
    self.filterText = filterText
    self.filter = filter
    filterHistory = filterText.isEmpty ? [] : [filterText]
    cells = SocketCells(interfaces: interfaces)
  }

  /// The sockets of the view.
  var rows: [WatchRow] { sample?.rows ?? [] }

  /// The groups of the view.
  var groups: [WatchGroup] { sample?.groups ?? [] }

  /// Whether the view shows groups.
  var isGrouped: Bool { request.grouping != nil }

  /// The number of lines of the table.
  var lineCount: Int { isGrouped ? groups.count : rows.count }

  private func key(_ line: Int) -> UInt64 { isGrouped ? groups[line].key : rows[line].key }

  /// The place of the chosen line.
  var chosenIndex: Int? {
    chosen.flatMap { key in
      isGrouped ? groups.firstIndex { $0.key == key } : rows.firstIndex { $0.key == key }
    }
  }

  private var visibleLines: Range<Int> { min(top, lineCount)..<min(top + pageLength, lineCount) }

  /// The sockets on the screen.
  var visibleRows: ArraySlice<WatchRow> { isGrouped ? [] : rows[visibleLines] }

  /// The groups on the screen.
  var visibleGroups: ArraySlice<WatchGroup> { isGrouped ? groups[visibleLines] : [] }

  // MARK: Samples

  /// Takes a new sample.
  mutating func take(_ sample: WatchSample) {
    // One that was taken before the grouping changed shows something else.
    if sample.grouping != request.grouping { return }
    if isPaused, self.sample != nil {
      waiting = sample
      return
    }
    show(sample)
  }

  private mutating func show(_ sample: WatchSample) {
    let place = chosenIndex
    self.sample = sample
    if let detailed, request.detailed != nil {
      if let row = sample.detailed ?? rows.first(where: { $0.key == detailed.key }) {
        self.detailed = row
      } else {
        self.detailed?.change = .ended
      }
      detailedSocket = sample.details ?? detailedSocket
    } else if let place, chosenIndex == nil {
      // Where the chosen row was, there is another one now.
      chosen = lineCount == 0 ? nil : key(min(place, lineCount - 1))
    }
    // Of rows that are gone nothing is kept.
    let keys = Set(sample.rows.map(\.key)).union(chosen.map { [$0] } ?? [])
    owners = owners.filter { keys.contains($0.key) }
    keepChosenVisible()
  }

  /// Takes the processes that were found.
  mutating func take(owners found: [UInt64: WatchOwner], failure: String?) {
    let keys = Set(rows.map(\.key))
    for (key, owner) in found where keys.contains(key) || key == chosen { owners[key] = owner }
    ownerFailure = failure
  }

  /// The sockets on the screen whose processes are wanted.
  var wantedOwners: [WatchOwners.Wanted] {
    var rows = Array(visibleRows)
    if let detailed { rows.append(detailed) }
    // What ended has no process any more; the one it had is known.
    return rows.filter { !$0.hasEnded }.map { WatchOwners.Wanted(key: $0.key, socket: $0.socket) }
  }

  // MARK: Keys

  /// Applies a key.
  mutating func handle(_ key: Key) -> Wish? {
    switch mode {
    case .table: return handleInTable(key)
    case .filter(let editor, _): handle(key, in: editor)
    case .details(let line): return handleInText(key, from: line) { .details(from: $0) }
    case .help(let line): return handleInText(key, from: line) { .help(from: $0) }
    }
    return nil
  }

  private mutating func handleInTable(_ key: Key) -> Wish? {
    switch key {
    case .character("q"), .control("c"): return .quit
    case .character("h"), .character("?"): mode = .help(from: 0)
    case .character("/"), .character("f"):
      mode = .filter(LineEditor(filterText, history: filterHistory), fault: nil)
    case .character("g"): group(by: neighbour(of: request.grouping, 1))
    case .character("G"): group(by: neighbour(of: request.grouping, -1))
    case .character("s"): sort(by: request.order.next)
    case .character("r"): request.isReversed.toggle(); resort()
    case .character(let digit) where digit.wholeNumberValue.map { (1...WatchOrder.allCases.count).contains($0) } == true:
      sort(by: WatchOrder.allCases[(digit.wholeNumberValue ?? 1) - 1])
    case .character(" "), .character("p"): togglePause()
    case .character("+"), .character("="): changeInterval(longer: true)
    case .character("-"): changeInterval(longer: false)
    case .enter, .right: if isGrouped { openGroup() } else { showDetails() }
    case .escape: (chosen, top) = (nil, 0)
    default: move(key)
    }
    return nil
  }

  private mutating func move(_ key: Key) {
    switch key {
    case .up, .character("k"): choose((chosenIndex ?? 1) - 1)
    case .down, .character("j"): choose(chosenIndex.map { $0 + 1 } ?? top)
    case .pageUp, .control("b"): choose((chosenIndex ?? top) - pageLength)
    case .pageDown, .control("f"): choose((chosenIndex ?? top) + pageLength)
    case .home: choose(0)
    case .end: choose(lineCount - 1)
    default: break
    }
  }

  /// Applies a key to a page of text.
  private mutating func handleInText(_ key: Key, from line: Int, _ mode: (Int) -> Mode) -> Wish? {
    switch key {
    case .control("c"): return .quit
    case .up, .character("k"): self.mode = mode(max(line - 1, 0))
    case .down, .character("j"): self.mode = mode(line + 1)
    case .pageUp, .control("b"): self.mode = mode(max(line - pageLength, 0))
    case .pageDown, .control("f"), .character(" "): self.mode = mode(line + pageLength)
    case .home: self.mode = mode(0)
    case .character("p"): togglePause()
    case .escape, .enter, .left, .backspace, .character("q"), .character("h"), .character("?"):
      self.mode = .table
      request.detailed = nil
      detailed = nil
      keepChosenVisible()
    default: break
    }
    return nil
  }

  private mutating func handle(_ key: Key, in editor: LineEditor) {
    var editor = editor
    switch key {
    case .escape: mode = .table
    case .enter: apply(editor)
    default: if editor.handle(key) { mode = .filter(editor, fault: nil) }
    }
  }

  /// Uses the filter that was typed, or shows what is wrong with it.
  private mutating func apply(_ editor: LineEditor) {
    do throws(WatchFilter.Fault) {
      try use(filter: editor.text.trimmingBlanks)
      mode = .table
    } catch {
      var editor = LineEditor(editor.text.trimmingBlanks, history: filterHistory)
      if let position = error.position { editor.moveCursor(to: position) }
      mode = .filter(editor, fault: error)
    }
  }

  private mutating func use(filter text: String) throws(WatchFilter.Fault) {
    let selection = try filter.selection(text)
    filterText = text
    filterHistory.removeAll { $0 == text }
    if !text.isEmpty { filterHistory.append(text) }
    guard selection != request.selection else { return }
    request.selection = selection
    beginAnew()
  }

  /// Shows nothing until the next sample, which is about something else.
  private mutating func beginAnew() {
    isPaused = false
    waiting = nil
    (chosen, top) = (nil, 0)
    sample = nil
    widths = WatchWidths()
  }

  // MARK: Groups

  /// The groupings of the key, in its order.
  var groupings: [Grouping?] {
    [nil, .process, .port, .peer(v4: 32, v6: 128), .peer(v4: 24, v6: 64), .container, .unit, .user, .state]
      + (showsNamespaces ? [.namespace] : [])
  }

  private func neighbour(of grouping: Grouping?, _ step: Int) -> Grouping? {
    let place = groupings.firstIndex(of: grouping) ?? 0
    return groupings[(place + step + groupings.count) % groupings.count]
  }

  private mutating func group(by grouping: Grouping?) {
    request.grouping = grouping
    beginAnew()
  }

  /// Shows the sockets of the chosen group, if a filter can choose them.
  private mutating func openGroup() {
    if chosen == nil { choose(top) }
    guard let index = chosenIndex, let condition = groups[index].name.filter else { return }
    let text = filterText.isEmpty ? condition : "(\(filterText)) and \(condition)"
    // The filter of a group cannot be wrong; a name that the host does not know any more leaves the view as it is.
    guard (try? use(filter: text)) != nil else { return }
    group(by: nil)
  }

  private mutating func sort(by order: WatchOrder) {
    request.order = order
    resort()
  }

  /// Sorts the rows that are there; the next sample has the right ones of all.
  private mutating func resort() {
    guard var (rows, groups) = sample.map({ ($0.rows, $0.groups) }) else { return }
    for index in rows.indices { rows[index].score = request.score(rows[index].figures) }
    for index in groups.indices { groups[index].score = request.score(groups[index].figures) }
    sample?.rows = rows.sorted(by: TopRows.precedes)
    sample?.groups = groups.sorted(by: WatchGroup.precedes)
    keepChosenVisible()
  }

  private mutating func togglePause() {
    isPaused.toggle()
    if !isPaused, let waiting {
      self.waiting = nil
      show(waiting)
    }
  }

  private mutating func changeInterval(longer: Bool) {
    let next =
      longer
      ? Self.intervals.first { $0 > request.interval } : Self.intervals.last { $0 < request.interval }
    if let next { request.interval = next }
  }

  private mutating func showDetails() {
    if chosen == nil { choose(top) }
    guard let chosenIndex else { return }
    let chosenRow = rows[chosenIndex]
    mode = .details(from: 0)
    request.detailed = WatchRequest.Detailed(key: chosenRow.key, socket: chosenRow.socket)
    (detailed, detailedSocket) = (chosenRow, nil)
  }

  private mutating func choose(_ index: Int) {
    guard lineCount > 0 else { return }
    chosen = key(min(max(index, 0), lineCount - 1))
    keepChosenVisible()
  }

  /// Scrolls so that the chosen row is on the screen.
  mutating func keepChosenVisible() {
    if let index = chosenIndex {
      top = min(max(top, index - pageLength + 1), index)
    }
    top = max(min(top, lineCount - pageLength), 0)
  }

  /// Ends a page of text at its last line.
  mutating func limitText(to lines: Int) {
    let last = max(lines - pageLength, 0)
    switch mode {
    case .details(let line) where line > last: mode = .details(from: last)
    case .help(let line) where line > last: mode = .help(from: last)
    default: break
    }
  }

  /// Begins a new size of the screen.
  mutating func resize() { widths = WatchWidths() }
}

extension String {
  /// The text without blanks at both ends.
  fileprivate var trimmingBlanks: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
