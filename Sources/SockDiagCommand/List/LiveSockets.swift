internal import BindDiagnosis
internal import SockDiag

/// Reads the live sockets and hands them to a renderer.
struct LiveSockets: ~Copyable {
  private var inspector: SocketInspector
  /// Remarks for standard error, after the output.
  private(set) var remarks = Remarks()

  init() throws(SockDiagError) { inspector = try SocketInspector() }

  /// Hands each socket to the renderer at once, each once, in the kernel's order.
  mutating func stream(_ selection: Selection, to renderer: any SocketRenderer) throws {
    try forEach(selection) { query, sockets throws in try sockets.stream(query, to: renderer) }
  }

  /// Makes each query. One that neither sock_diag nor `/proc/net` answers is an error if it is the only one, and a remark
  /// otherwise.
  private mutating func forEach(
    _ selection: Selection, _ body: (any ListedQuery, inout LiveSockets) throws -> Void
  ) throws {
    var selection = selection
    try selection.leaveOutForbiddenStorages(by: &inspector, &remarks)
    let queries = selection.listedQueries
    var missing: [any ListedQuery] = []
    // Without netlink all kinds fail for the same reason.
    var unlisted: [String] = []
    var refusal: SockDiagError?
    for query in queries {
      do { try body(query, &self) } catch let error as SockDiagError where queries.count > 1 && error.leavesProcNet {
        if query.lacksHandler(error) {
          missing.append(query)
        } else {
          unlisted.append(query.name)
          refusal = error
        }
      }
    }
    if let refusal {
      remarks.add(
        "\(NameList.text(unlisted)): not in /proc/net either, and \(refusal.naming(nil).reason)", .partial)
    }
    remarks.note(withoutHandler: missing.map(\.name), areNamed: !selection.isGroup)
  }

  @specialized(where Query == SocketQuery)
  private mutating func stream<Query: ListedQuery>(_ query: Query, to renderer: any SocketRenderer) throws {
    let defects = try Progress.during("reading sockets", writesOutput: true) {
      try query.forEach(by: &inspector) { socket in
        try renderer.render(socket, SocketNotes())
        return .continue
      }
    }
    query.note(defects, by: inspector, in: &remarks)
  }

  /// Collects all sockets, and hands them to the renderer with what the collection adds.
  mutating func show(_ selection: Selection, collected collection: inout SocketCollection) throws {
    let isByPort = collection.isByPort
    try forEach(selection) { query, sockets throws in collection.add(try sockets.batch(query, isByPort: isByPort)) }
    try collection.show(&remarks)
  }

  private mutating func batch<Query: ListedQuery>(_ query: Query, isByPort: Bool) throws -> any SocketBatch {
    var dump = try Progress.during("reading sockets") { () throws(SockDiagError) in try query.dump(by: &inspector) }
    if isByPort { query.sortByPort(&dump.sockets) }
    query.note(dump.defects, by: inspector, in: &remarks)
    return TypedBatch(sockets: dump.sockets)
  }

  /// Adds a remark about columns for which the terminal is too narrow.
  mutating func note(omitted titles: [String]) {
    guard !titles.isEmpty else { return }
    remarks.add("no room for \(titles.joined(separator: ", ")): add --wide")
  }

  /// Adds a remark about sockets that the options leave out of an empty answer.
  mutating func note(_ answer: EmptyAnswer, _ selection: Selection) {
    // A failure of the extra look is no failure of the answer.
    if let sentence = try? answer.sentence(by: &inspector, instead: selection) { remarks.add(sentence) }
  }
}
