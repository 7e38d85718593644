internal import SockDiag

/// An order of rows: keys, of which each decides where those before it are equal.
struct SortOrder {
  struct Key {
    var column: TableColumn
    var descends: Bool
  }

  let keys: [Key]

  /// Reads a list such as `-recv-q,local`.
  init(_ text: String) throws(CommandFailure) {
    var keys: [Key] = []
    for word in text.split(separator: ",", omittingEmptySubsequences: false).map({ $0.filter { $0 != " " } }) {
      let descends = word.hasPrefix("-")
      let name = descends || word.hasPrefix("+") ? word.dropFirst() : word[...]
      guard !name.isEmpty else {
        throw .usage("--sort: a key is missing in '\(text)'; write keys with commas between, as in '-recv-q,local'")
      }
      guard let column = TableColumn(name: name) else { throw TableColumn.unknown(name, option: "--sort") }
      keys.append(Key(column: column, descends: descends))
    }
    self.keys = keys
  }

  /// Whether a search for processes is needed.
  var needsHolders: Bool { keys.contains { $0.column.needsHolders } }

  /// The details that replies must contain.
  var neededDetails: InetDetails { keys.reduce(into: []) { $0.formUnion($1.column.neededDetails) } }

  /// Sockets of one type in this order.
  func sorted<Socket: ShownSocket>(_ sockets: [Socket]) -> [Socket] {
    var cells = SocketCells(interfaces: InterfaceNames(.host))
    let rows = sockets.map { socket in (socket, keys.map { cells.sortValue($0.column, of: socket, nil) }) }
    return rows.sorted { areInOrder($0.1, $1.1) }.map(\.0)
  }

  /// Whether a row stands before another. Rows without a value come last, whichever way the key goes: they are not what
  /// is looked for.
  func areInOrder(_ left: [SortValue?], _ right: [SortValue?]) -> Bool {
    for (key, values) in zip(keys, zip(left, right)) {
      switch values {
      case (nil, nil): break
      case (nil, _): return false
      case (_, nil): return true
      case (let first?, let second?):
        if first < second { return !key.descends }
        if second < first { return key.descends }
      }
    }
    return false
  }
}

/// What rows are compared by.
enum SortValue: Comparable {
  case number(UInt64)
  /// The parts of an address, so that numbers compare as numbers: family, high and low half, port.
  case address([UInt64])
  case text([UInt8])

  static func < (left: SortValue, right: SortValue) -> Bool {
    switch (left, right) {
    case (.number(let left), .number(let right)): left < right
    case (.address(let left), .address(let right)): left.lexicographicallyPrecedes(right)
    case (.text(let left), .text(let right)): left.lexicographicallyPrecedes(right)
    // Families have endpoints of different kinds.
    case (.number, _): true
    case (.address, .text): true
    default: false
    }
  }
}
