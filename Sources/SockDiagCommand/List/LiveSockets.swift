internal import BindDiagnosis
internal import SockDiag

/// Reads the live sockets and hands them to a renderer.
struct LiveSockets: ~Copyable {
  private var inspector: SocketInspector
  /// The namespace of the sockets, if those of all are shown.
  private let namespace: NamespaceTag?
  /// Remarks for standard error, after the output.
  private(set) var remarks = Remarks()

  init() throws(SockDiagError) {
    inspector = try SocketInspector()
    namespace = nil
  }

  /// Reads the sockets of a namespace.
  init(in namespace: NamespaceTag) throws(SockDiagError) {
    inspector = try SocketInspector(in: namespace.namespace)
    self.namespace = namespace
  }

  /// Why the namespace may not be entered, so that the tables of its processes are read; `nil` if it may.
  var barrier: SockDiagError? { inspector.refusal?.code == .namespaceForbidden ? inspector.refusal : nil }

  /// Hands each socket to the renderer at once, each once, in the kernel's order.
  mutating func stream(_ selection: Selection, to renderer: any SocketRenderer) throws {
    try forEach(selection) { query, sockets throws in
      let directions = selection.showsDirections ? try sockets.directions(of: query) : nil
      try sockets.stream(query, directions, to: renderer)
    }
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
    if let refusal, barrier == nil {
      remarks.add(
        "\(NameList.text(unlisted)): not in /proc/net either, and \(refusal.naming(nil).reason)", .partial)
    }
    remarks.note(withoutHandler: missing.map(\.name), areNamed: !selection.isGroup)
  }

  /// Makes each query with the inspector, and takes its remarks.
  mutating func forEachQuery(
    _ selection: Selection,
    _ body: (any ListedQuery, _ inspector: inout SocketInspector, _ remarks: inout Remarks) throws -> Void
  ) throws {
    try forEach(selection) { query, sockets throws in try body(query, &sockets.inspector, &sockets.remarks) }
  }

  /// The facts from which the directions of sockets follow; `nil` for families that have none.
  private mutating func directions(of query: any ListedQuery) throws(SockDiagError) -> SocketDirections? {
    guard let query = query as? SocketQuery else { return nil }
    return try inspector.directions(query.protocol)
  }

  @specialized(where Query == SocketQuery)
  private mutating func stream<Query: ListedQuery>(
    _ query: Query, _ directions: SocketDirections?, to renderer: any SocketRenderer
  ) throws {
    let notes = SocketNotes(namespace: namespace, directions: directions)
    let defects = try Progress.during("reading sockets", writesOutput: true) {
      try query.forEach(by: &inspector) { socket in
        try renderer.render(socket, notes)
        return .continue
      }
    }
    query.note(defects, by: inspector, in: &remarks)
  }

  /// Collects all sockets, and hands them to the renderer with what the collection adds.
  mutating func show(_ selection: Selection, collected collection: inout SocketCollection) throws {
    try collect(selection, into: &collection)
    try collection.show(&remarks)
  }

  /// Collects all sockets.
  mutating func collect(_ selection: Selection, into collection: inout SocketCollection) throws {
    let isByPort = collection.isByPort
    try forEach(selection) { query, sockets throws in
      let directions = selection.showsDirections ? try sockets.directions(of: query) : nil
      collection.add(try sockets.batch(query, directions, isByPort: isByPort))
    }
  }

  private mutating func batch<Query: ListedQuery>(
    _ query: Query, _ directions: SocketDirections?, isByPort: Bool
  ) throws -> any SocketBatch {
    var dump = try Progress.during("reading sockets") { () throws(SockDiagError) in try query.dump(by: &inspector) }
    if isByPort { query.sortByPort(&dump.sockets) }
    query.note(dump.defects, by: inspector, in: &remarks)
    return TypedBatch(sockets: dump.sockets, namespace: namespace, directions: directions)
  }

  /// Adds a remark about columns for which the terminal is too narrow.
  mutating func note(omitted titles: [String]) {
    remarks.note(omitted: titles)
  }

  /// Adds a remark about sockets that the options leave out of an empty answer.
  mutating func note(_ answer: EmptyAnswer, _ selection: Selection) {
    // A failure of the extra look is no failure of the answer.
    if let sentence = try? answer.sentence(by: &inspector, instead: selection) { remarks.add(sentence) }
  }
}
