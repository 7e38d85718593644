internal import SockDiag

/// The sockets of a network namespace, which are followed from look to look.
final class WatchPlace {
  /// The sockets of one protocol.
  final class Part {
    let query: SocketQuery
    fileprivate var tracker: SocketTracker
    var sums: (any SocketSums)?

    fileprivate init(_ query: SocketQuery, in namespace: NamespaceTag?, silence: inout SockDiagError?) {
      self.query = query
      tracker = .withEnds(query, in: namespace, silence: &silence)
    }
  }

  let parts: [Part]
  /// Remarks that hold for every look.
  private let standingRemarks: [String]
  private let inspector: PlaceInspector
  /// The number of the namespace, in the high bits.
  private let mark: UInt64

  /// Subscribes to the ends of the sockets. Where the kernel does not announce them, they are noticed by their absence.
  ///
  /// - Parameters:
  ///   - namespace: `nil` for that of this command.
  ///   - number: Tells the namespaces of a view apart.
  init(_ queries: [SocketQuery], in namespace: NamespaceTag?, number: Int) {
    inspector = PlaceInspector(namespace)
    mark = UInt64(number) << 48
    var remarks: [String] = []
    parts = queries.map { query in
      var silence: SockDiagError?
      let part = Part(query, in: namespace, silence: &silence)
      if silence != nil {
        remarks.append("the ends of \(query.protocol) sockets are not announced, so last figures may be missing")
      }
      return part
    }
    standingRemarks = remarks
  }

  /// `nil` for the namespace of this command, if it is the only one.
  var namespace: NamespaceTag? { inspector.namespace }

  /// Identifies a socket among those of all namespaces: before Linux 5.11 each namespace counts its cookies from 1.
  /// Cookies are far below the mark.
  func key(of socket: borrowing InetSocket) -> UInt64 { socket.trackingKey ^ mark }

  /// Takes announcements of ends that wait in the kernel.
  func collectEnds() throws(SockDiagError) {
    for part in parts { try part.tracker.collectEnds() }
  }

  /// Prepares the sums of groups.
  func group(by grouping: Grouping?) {
    for part in parts { part.sums = grouping?.sums(part.query.protocol, in: GroupName(of: namespace)) }
  }

  /// Looks at all sockets.
  ///
  /// - Parameter body: Gets each socket. If sockets are grouped, it is called after the socket was added to its group.
  func look(
    _ remarks: inout Remarks, _ body: (borrowing TrackedSocket<InetSocket>) -> Void
  ) throws(SockDiagError) {
    for remark in standingRemarks { remarks.add(remark) }
    try inspector.use { (inspector) throws(SockDiagError) in
      for part in parts {
        var sums = part.sums
        // One owner, so that sums are not copied at each socket.
        part.sums = nil
        defer { part.sums = sums }
        try sums?.begin(part.query, by: &inspector)
        let round = try part.tracker.update(&inspector) { tracked in
          sums?.add(tracked)
          body(tracked)
        }
        if let gap = round.missedEnds { remarks.add("\(gap.explanation): as many ends of sockets are missing") }
        remarks.note(part.query.protocol, round.defects, matching: part.query.filter, inspector.substitution)
      }
    }
  }

  /// The socket as it is now, with all details; `nil` if it is gone.
  func details(of socket: InetSocket) throws(SockDiagError) -> InetSocket? {
    try inspector.use { (inspector) throws(SockDiagError) in try inspector.current(socket, details: .all) }
  }
}
