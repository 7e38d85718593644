internal import SockDiag
internal import SockDiagWire
internal import SocketOwners

/// Sockets that wait for each other: to be sorted, or for one search for their processes or names.
struct SocketCollection {
  /// A socket, by its batch and its place there, with the other sockets that its row stands for.
  private struct Row {
    var batch: Int
    var index: Int
    var holders: HolderList?
    var socketCount: Int?
    var values: [SortValue?] = []
  }

  private let renderer: any SocketRenderer
  /// The conditions about processes.
  private let filter: SocketFilter
  private var batches: [any SocketBatch] = []

  var order: SortOrder?
  /// Whether each batch is sorted by port.
  var isByPort = false
  var showsHolders = false
  /// Whether the sockets of one program at one address are one row.
  var joinsRows = false
  var resolves = false

  init(renderer: any SocketRenderer, filter: SocketFilter) {
    self.renderer = renderer
    self.filter = filter
  }

  /// Whether anything waits.
  var isNeeded: Bool { order != nil || isByPort || showsHolders || resolves }

  mutating func add(_ batch: any SocketBatch) { batches.append(batch) }

  /// Shows all sockets that pass.
  func show(_ remarks: inout Remarks) throws {
    let needsHolders = showsHolders || filter != .everything || order?.needsHolders == true
    // One search for processes serves all queries.
    let book = needsHolders ? try HolderBook(wanted: batches.flatMap(\.wanted)) : nil
    if order == nil, !joinsRows, !resolves {
      try showInOrder(book, &remarks)
      return
    }
    var rows: [Row] = []
    try forEachRow(book, &remarks) { rows.append($0) }
    if let order { sort(&rows, order) }
    if joinsRows { rows = joined(rows) }
    if resolves { renderer.use(names(of: rows, &remarks)) }
    for row in rows { try show(row) }
  }

  /// The same without a list of rows, which would cost more than the sockets.
  private func showInOrder(_ book: HolderBook?, _ remarks: inout Remarks) throws {
    try forEachRow(book, &remarks, show)
  }

  private func show(_ row: Row) throws {
    let notes = SocketNotes(holders: showsHolders ? row.holders : nil, socketCount: row.socketCount)
    try batches[row.batch].render(row.index, notes, with: renderer)
  }

  private func forEachRow(_ book: HolderBook?, _ remarks: inout Remarks, _ body: (Row) throws -> Void) throws {
    var (undecided, hidden) = (0, 0)
    for (number, batch) in batches.enumerated() {
      for index in 0..<batch.count {
        guard let book else {
          try body(Row(batch: number, index: index))
          continue
        }
        let passes = batch.decides(filter, index, book)
        if passes == nil { undecided += 1 }
        guard passes == true else { continue }
        if showsHolders, batch.hidesHolders(index, book) { hidden += 1 }
        let holders = showsHolders || order?.needsHolders == true ? batch.holders(index, book) : nil
        try body(Row(batch: number, index: index, holders: holders))
      }
    }
    remarks.note(undecided: undecided, hidden: hidden)
  }

  private func sort(_ rows: inout [Row], _ order: SortOrder) {
    var cells = SocketCells(interfaces: InterfaceNames(.host))
    for place in rows.indices {
      rows[place].values = batches[rows[place].batch].sortValues(
        rows[place].index, order, rows[place].holders, &cells)
    }
    // The sort is stable: equal rows keep the kernel's order.
    rows.sort { order.areInOrder($0.values, $1.values) }
  }

  /// One row for the sockets of one program at one address, such as the workers of a server with SO_REUSEPORT. The row
  /// shows the fullest queue: a full one must not hide behind its neighbours.
  private func joined(_ rows: [Row]) -> [Row] {
    var result: [Row] = []
    var places: [ServedAddress: [Int]] = [:]
    for row in rows {
      var row = row
      row.socketCount = 1
      guard let address = batches[row.batch].servedAddress(row.index) else {
        result.append(row)
        continue
      }
      let known = places[address, default: []].first { Self.isProgram(of: result[$0].holders, row.holders) }
      guard let place = known else {
        // A socket that several programs share is a row of its own.
        if Self.isProgram(of: row.holders, row.holders) { places[address, default: []].append(result.count) }
        result.append(row)
        continue
      }
      result[place].holders?.entries += row.holders?.entries ?? []
      result[place].socketCount = (result[place].socketCount ?? 1) + 1
      if batches[row.batch].backlog(row.index) > batches[result[place].batch].backlog(result[place].index) {
        result[place].batch = row.batch
        result[place].index = row.index
      }
    }
    return result
  }

  /// Whether all processes of a list run the program of the first process of another. An unknown process may run any.
  private static func isProgram(of head: HolderList?, _ list: HolderList?) -> Bool {
    guard let first = head?.entries.first, let entries = list?.entries, !entries.isEmpty else { return false }
    return entries.allSatisfy { $0.isSameProgram(as: first) }
  }

  /// The names of the addresses in some rows, as far as the resolver answers in time.
  private func names(of rows: [Row], _ remarks: inout Remarks) -> EndpointBook {
    let names = HostNameBook()
    let unanswered = names.find(rows.lazy.flatMap { [batches] row in batches[row.batch].addresses(row.index) })
    remarks.note(addressesWithoutAnswer: unanswered)
    return EndpointBook { names.name(of: $0) }
  }
}
