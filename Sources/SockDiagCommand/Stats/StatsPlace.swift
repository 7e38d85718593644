internal import SockDiag

/// The sockets of a network namespace, with the sums of each query.
final class StatsPlace {
  /// `nil` for the namespace of this command, if it is the only one.
  let namespace: NamespaceTag?
  private var inspector: SocketInspector?
  private var parts: [StatsPart]

  init(_ namespace: NamespaceTag?, _ queries: [SocketQuery], _ grouping: Grouping, follows: Bool) {
    self.namespace = namespace
    let own = namespace == nil ? try? NetworkNamespace.current() : nil
    let name =
      namespace.map { GroupName.namespace($0.namespace, isOwn: $0.isOwn) } ?? own.map { .namespace($0, isOwn: true) }
      ?? .none("this namespace")
    parts = queries.map { query in
      let sums = grouping.sums(query.protocol, in: name)
      return follows
        ? FollowedPart(query, sums, in: namespace?.namespace) : StatsPart(query, sums)
    }
  }

  var descriptors: [Int32] { parts.compactMap(\.descriptor) }
  var inodes: [UInt32] { parts.flatMap { $0.sums.inodes } }

  func collectEnds() throws { for part in parts { try part.collectEnds() } }

  func look(_ remarks: inout Remarks) throws(SockDiagError) {
    if inspector == nil { inspector = try open() }
    guard var inspector = self.inspector.take() else { return }
    let result: Result<Void, SockDiagError>
    do throws(SockDiagError) {
      for part in parts {
        let defects = try part.look(&inspector, &remarks)
        remarks.note(part.query.protocol, defects, matching: part.query.filter, inspector.substitution)
      }
      result = .success(())
    } catch {
      result = .failure(error)
    }
    // Given back also after an error.
    self.inspector = consume inspector
    try result.get()
  }

  private func open() throws(SockDiagError) -> SocketInspector {
    guard let namespace else { return try SocketInspector() }
    return try SocketInspector(in: namespace.namespace)
  }

  func forEach(_ book: GroupBook, _ body: (GroupName, SummaryGroup) -> Void) {
    for part in parts { part.sums.forEach(book, body) }
  }
}
