internal import SockDiag
internal import SockDiagWire

/// A query of a family of which only some kinds and states are listed.
///
/// The kernel distinguishes neither in most families, so the sockets are selected here.
struct KindQuery<Family: SocketFamily>: ListedQuery where Family.Socket: ShownSocket & FilterSubject {
  let query: FamilyQuery<Family>
  /// The states of each kind that is listed.
  let states: [SocketKind: SocketStateSet]

  var name: String { query.name }

  func lacksHandler(_ error: SockDiagError) -> Bool { query.lacksHandler(error) }

  func note(_ defects: DumpDefects, by inspector: borrowing SocketInspector, in remarks: inout Remarks) {
    query.note(defects, by: inspector, in: &remarks)
  }

  private func isListed(_ socket: Family.Socket) -> Bool {
    guard let states = SocketKind(socket).flatMap({ self.states[$0] }) else { return false }
    // A state that no name stands for, as SMC has, is not left out of a list of all.
    return states.contains(state: socket.state) || states.isSuperset(of: .all) && socket.state.rawValue > 11
  }

  func dump(by inspector: inout SocketInspector) throws(SockDiagError) -> Dump<Family.Socket> {
    var dump = try query.dump(by: &inspector)
    dump.sockets.removeAll { !isListed($0) }
    return dump
  }

  func forEach(
    by inspector: inout SocketInspector, _ body: (Family.Socket) throws -> DumpFlow
  ) throws -> DumpDefects {
    try query.forEach(by: &inspector) { isListed($0) ? try body($0) : .continue }
  }

  func sortByPort(_ sockets: inout [Family.Socket]) { query.sortByPort(&sockets) }
}
