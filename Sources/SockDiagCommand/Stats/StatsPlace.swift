internal import SockDiag

/// The sockets of a network namespace, with the sums of each query.
final class StatsPlace {
  private let inspector: PlaceInspector
  private var parts: [StatsPart]

  init(_ namespace: NamespaceTag?, _ queries: [SocketQuery], _ grouping: Grouping, follows: Bool) {
    inspector = PlaceInspector(namespace)
    let name = GroupName(of: namespace)
    parts = queries.map { query in
      let sums = grouping.sums(query.protocol, in: name)
      return follows ? FollowedPart(query, sums, in: namespace) : StatsPart(query, sums)
    }
  }

  /// `nil` for the namespace of this command, if it is the only one.
  var namespace: NamespaceTag? { inspector.namespace }
  var descriptors: [Int32] { parts.compactMap(\.descriptor) }
  var inodes: [UInt32] { parts.flatMap { $0.sums.inodes } }

  func collectEnds() throws { for part in parts { try part.collectEnds() } }

  func look(_ remarks: inout Remarks) throws(SockDiagError) {
    try inspector.use { (inspector) throws(SockDiagError) in
      for part in parts {
        let defects = try part.look(&inspector, &remarks)
        remarks.note(part.query.protocol, defects, matching: part.query.filter, inspector.substitution)
      }
    }
  }

  func forEach(_ book: GroupBook, _ body: (GroupName, SummaryGroup) -> Void) {
    for part in parts { part.sums.forEach(book, body) }
  }
}
