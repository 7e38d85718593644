internal import SockDiag
internal import SockDiagWire

/// A query of any family whose sockets are listed.
protocol ListedQuery {
  associatedtype Socket: ShownSocket & FilterSubject

  /// The name of the protocol or the family, as kernel modules have it.
  var name: String { get }
  /// Whether an error says that the kernel has no handler for such sockets.
  func lacksHandler(_ error: SockDiagError) -> Bool
  /// Adds remarks about the list.
  func note(_ defects: DumpDefects, by inspector: borrowing SocketInspector, in remarks: inout Remarks)
  /// Collects the sockets, each once.
  func dump(by inspector: inout SocketInspector) throws(SockDiagError) -> Dump<Socket>
  /// Hands on the sockets while they are read, each once.
  func forEach(by inspector: inout SocketInspector, _ body: (Socket) throws -> DumpFlow) throws -> DumpDefects
  /// Sorts sockets by port, then by address; leaves sockets without ports in the kernel's order.
  func sortByPort(_ sockets: inout [Socket])
}

extension SocketQuery: ListedQuery {
  var name: String { self.protocol.description }

  func lacksHandler(_ error: SockDiagError) -> Bool { error.code == .missingProtocolHandler }

  func note(_ defects: DumpDefects, by inspector: borrowing SocketInspector, in remarks: inout Remarks) {
    remarks.note(self.protocol, defects, matching: filter, inspector.substitution)
  }

  func dump(by inspector: inout SocketInspector) throws(SockDiagError) -> SocketDump { try inspector.dump(self) }

  func forEach(by inspector: inout SocketInspector, _ body: (InetSocket) throws -> DumpFlow) throws -> DumpDefects {
    try inspector.forEachOnce(self, body)
  }

  /// One service stands together.
  func sortByPort(_ sockets: inout [InetSocket]) {
    sockets.sort { left, right in
      left.local.port != right.local.port
        ? left.local.port < right.local.port : left.local.address < right.local.address
    }
  }
}

extension FamilyQuery: ListedQuery where Family.Socket: ShownSocket & FilterSubject {
  var name: String { Family.emptySocket.family.description }

  func lacksHandler(_ error: SockDiagError) -> Bool { error.code == .missingFamily }

  func note(_ defects: DumpDefects, by inspector: borrowing SocketInspector, in remarks: inout Remarks) {
    let lack: String? =
      filter.namesUnixPeers
      ? "the names of their peers are not known; a peer in another network namespace is not listed here" : nil
    remarks.note(name, defects, isFromProcNet: inspector.substitution != nil, lack: lack)
    if let substitution = inspector.substitution, substitution.code != .namespaceForbidden {
      remarks.add(substitution.remarkOnSubstitution(for: Family.emptySocket.family))
    }
  }

  func dump(by inspector: inout SocketInspector) throws(SockDiagError) -> Dump<Family.Socket> {
    try inspector.dump(self)
  }

  func forEach(
    by inspector: inout SocketInspector, _ body: (Family.Socket) throws -> DumpFlow
  ) throws -> DumpDefects {
    // The kernel reports netlink sockets with groups twice.
    try inspector.forEachOnce(self, body)
  }

  func sortByPort(_ sockets: inout [Family.Socket]) {}
}
