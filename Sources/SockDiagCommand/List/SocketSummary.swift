internal import SockDiag
internal import SockDiagWire

/// The numbers of sockets by protocol, state and family, for `--summary`.
struct SocketSummary {
  /// Numbers of sockets.
  struct Count: Hashable, FieldWritable {
    var total = 0
    var ipv4 = 0
    var ipv6 = 0

    func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
      writer.number("sockets", UInt64(total))
      writer.number("ipv4", UInt64(ipv4))
      writer.number("ipv6", UInt64(ipv6))
    }
  }

  /// The sockets of one protocol.
  struct Kind {
    var name: String
    /// The numbers by state, in the order of the states' numbers.
    private(set) var states: [(state: SocketState, name: String, count: Count)] = []

    init(name: String) { self.name = name }

    mutating func add(_ count: Count, _ state: SocketState, _ name: String) {
      if let place = states.firstIndex(where: { $0.state == state }) {
        states[place].count.total += count.total
        states[place].count.ipv4 += count.ipv4
        states[place].count.ipv6 += count.ipv6
      } else {
        states.append((state, name, count))
        states.sort { $0.state.rawValue < $1.state.rawValue }
      }
    }

    var total: Count {
      states.reduce(into: Count()) { sum, state in
        sum.total += state.count.total
        sum.ipv4 += state.count.ipv4
        sum.ipv6 += state.count.ipv6
      }
    }
  }

  private(set) var kinds: [Kind] = []

  /// Counts the sockets of a selection, without keeping them.
  ///
  /// - Parameters:
  ///   - namespaces: The namespaces whose sockets count together; `nil` for that of this command.
  ///   - remarks: Takes remarks about lists that are incomplete.
  init(_ selection: Selection, _ namespaces: [NamespaceTag]?, _ remarks: inout Remarks) throws {
    guard !selection.filter.namesHolders else {
      throw CommandFailure.usage(
        "a summary does not look up processes; leave pid and comm out of the filter, or list the sockets:"
          + " 'sockdiag list -ap'")
    }
    guard let namespaces else {
      var inspector = try SocketInspector()
      for query in selection.listedQueries { try count(query, by: &inspector, &remarks) }
      return
    }
    for query in selection.listedQueries { kinds.append(Kind(name: query.name)) }
    var visit = NamespaceVisit(namespaces)
    try visit.forEach(&remarks) { sockets in
      try sockets.forEachQuery(selection) { query, inspector, remarks in
        try count(query, by: &inspector, &remarks)
      }
    }
  }

  private mutating func count<Query: ListedQuery>(
    _ query: Query, by inspector: inout SocketInspector, _ remarks: inout Remarks
  ) throws {
    var counts: [UInt8: Count] = [:]
    var isConnectionOriented = true
    let defects = try query.forEach(by: &inspector) { socket in
      isConnectionOriented = socket.isConnectionOriented
      var count = counts[socket.state.rawValue, default: Count()]
      count.total += 1
      if socket.family == .inet { count.ipv4 += 1 }
      if socket.family == .inet6 { count.ipv6 += 1 }
      counts[socket.state.rawValue] = count
      return .continue
    }
    query.note(defects, by: inspector, in: &remarks)
    let place = kinds.firstIndex { $0.name == query.name } ?? kinds.endIndex
    if place == kinds.endIndex { kinds.append(Kind(name: query.name)) }
    for (number, count) in counts {
      let state = SocketState(rawValue: number)
      // As in the table of `list`.
      let name = state == .close && !isConnectionOriented ? "unconnected" : state.description
      kinds[place].add(count, state, name)
    }
  }

  /// A row for each state, and one for each protocol.
  var lines: [String] {
    var rows = [["Proto", "State", "IPv4", "IPv6", "Total"]]
    for kind in kinds {
      for state in kind.states { rows.append(Self.row(kind.name, state.name, state.count)) }
      rows.append(Self.row(kind.name, "all", kind.total))
    }
    let widths = (0..<5).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let blanks = String(repeating: " ", count: widths[column] - cell.count)
        return column < 2 ? cell + blanks : blanks + cell
      }
      return cells.joined(separator: "  ")
    }
  }

  private static func row(_ kind: String, _ state: String, _ count: Count) -> [String] {
    [kind, state, "\(count.ipv4)", "\(count.ipv6)", "\(count.total)"]
  }
}

extension SocketSummary: FieldWritable {
  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("sockets", UInt64(kinds.map(\.total.total).reduce(0, +)))
    writer.objects("protocols", kinds, isOnLines: true) { kind, writer in
      writer.text("protocol", kind.name)
      kind.total.writeFields(to: &writer)
      writer.objects("states", kind.states, isOnLines: false) { state, writer in
        writer.text("state", state.name)
        state.count.writeFields(to: &writer)
      }
    }
  }
}

extension SocketSummary {
  /// Shows the summary of a selection on standard output.
  static func show(
    _ selection: Selection, _ namespaces: [NamespaceTag]?, _ format: OutputFormat, _ remarks: inout Remarks
  ) throws {
    let summary = try SocketSummary(selection, namespaces, &remarks)
    var output = ByteOutput()
    switch format {
    case .table: for line in summary.lines { output.appendLine(line) }
    case .json, .lines: output.bytes.appendJSONLine(summary)
    }
    try output.flush()
    try remarks.end()
  }
}
