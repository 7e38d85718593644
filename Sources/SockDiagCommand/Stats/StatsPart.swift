internal import SockDiag
internal import SockDiagWire

/// The sums of a query: of all its sockets at each look.
class StatsPart {
  let query: SocketQuery
  fileprivate(set) var sums: any SocketSums

  init(_ query: SocketQuery, _ sums: any SocketSums) {
    self.query = query
    self.sums = sums
  }

  var descriptor: Int32? { nil }
  func collectEnds() throws(SockDiagError) {}

  func look(_ inspector: inout SocketInspector, _ remarks: inout Remarks) throws(SockDiagError) -> DumpDefects {
    try sums.summarize(query, by: &inspector)
  }
}

/// The sums of a query whose sockets are followed from look to look.
final class FollowedPart: StatsPart {
  private var tracker: SocketTracker
  /// Why ends are not announced.
  private var silence: SockDiagError?

  init(_ query: SocketQuery, _ sums: any SocketSums, in namespace: NamespaceTag?) {
    var silence: SockDiagError?
    tracker = .withEnds(query, in: namespace, silence: &silence)
    self.silence = silence
    super.init(query, sums)
  }

  override var descriptor: Int32? { tracker.fileDescriptor }
  override func collectEnds() throws(SockDiagError) { try tracker.collectEnds() }

  override func look(
    _ inspector: inout SocketInspector, _ remarks: inout Remarks
  ) throws(SockDiagError) -> DumpDefects {
    try sums.begin(query, by: &inspector)
    let round = try tracker.update(&inspector) { sums.add($0) }
    if let silence {
      remarks.add("sockets that end between two looks are missing: \(silence)")
      self.silence = nil
    }
    if let gap = round.missedEnds { remarks.add(gap.explanation) }
    return round.defects
  }
}
