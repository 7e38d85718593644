internal import SockDiag

/// The columns that `--columns` names.
struct ColumnChoice {
  private let columns: [TableColumn]
  /// Whether they are added to the usual columns.
  let adds: Bool

  /// Reads a list: `local,user,age`, or `+user,age` to add to the usual columns.
  init(_ text: String) throws(CommandFailure) {
    let words = text.split(separator: ",", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
    adds = words.contains { $0.hasPrefix("+") }
    var columns: [TableColumn] = []
    for word in words {
      let name = word.hasPrefix("+") ? word.dropFirst() : word[...]
      guard !name.isEmpty else {
        throw .usage("--columns: a name is missing in '\(text)'; write names with commas between, as in 'local,user'")
      }
      guard let column = TableColumn(name: name) else { throw TableColumn.unknown(name, option: "--columns") }
      if !columns.contains(column) { columns.append(column) }
    }
    self.columns = columns
  }

  /// Changes the columns of a table.
  func apply(to shape: inout TableShape) {
    guard adds else {
      // What was done to a socket is the point of a table that says it.
      shape.columns = columns + (shape.columns.contains(.result) ? [.result] : [])
      return
    }
    let added = columns.filter { !shape.columns.contains($0) }
    // The list of processes is the longest cell; it stays last.
    let end = shape.columns.firstIndex { $0 == .process || $0 == .result } ?? shape.columns.count
    shape.columns.insert(contentsOf: added, at: end)
  }

  /// Whether a column is among them.
  func names(_ column: TableColumn) -> Bool { columns.contains(column) }

  /// Whether a search for processes is needed.
  var needsHolders: Bool { columns.contains(where: \.needsHolders) }

  /// The details that replies must contain.
  var neededDetails: InetDetails { columns.reduce(into: []) { $0.formUnion($1.neededDetails) } }
}
