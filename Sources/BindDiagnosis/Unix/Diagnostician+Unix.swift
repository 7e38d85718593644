public import SockDiag
internal import SockDiagWire
internal import SocketOwners

extension Diagnostician {
  /// Finds out how bind() and connect() answer for the name of a UNIX socket, and why.
  ///
  /// It creates no file. It reads the UNIX sockets of this network namespace, and those of others if a socket has the file
  /// and is not among them. If this user may write to a socket file, it connects a datagram socket to it, which no server
  /// notices: see ``UnixPathFacts/Contact``.
  ///
  /// - Parameters:
  ///   - request: The calls to examine.
  ///   - effort: The parts of the diagnosis: the owners, the origins, and for abstract names the other namespaces.
  ///   - inode: The socket that calls, if it already exists.
  /// - Throws: `SockDiagError` if the sockets cannot be read.
  public mutating func diagnose(
    _ request: UnixRequest, _ effort: Effort = .standard, by inode: UInt32? = nil
  ) throws(SockDiagError) -> UnixDiagnosis {
    try inNamespace { diagnostician throws(SockDiagError) in try diagnostician.examine(request, effort, by: inode) }
  }

  private mutating func examine(
    _ request: UnixRequest, _ effort: Effort, by inode: UInt32?
  ) throws(SockDiagError) -> UnixDiagnosis {
    var diagnosis = UnixDiagnosis(request)
    guard !request.isTooLong else {
      diagnosis.answer()
      return diagnosis
    }
    if case .path(let path) = request.name { look(at: path, &diagnosis) }
    // Nothing is bound to a path that leads to no file, but a removed file may leave its socket behind.
    var search = UnixNameSearch(diagnosis)
    search.add(try unixSockets(&diagnosis).filter { $0.inode != inode || $0.inode == 0 }, namespace: nil)
    if search.lacksServer || (request.name.isAbstract && effort.contains(.otherNamespaces)) { addNeighbours(&search) }
    diagnosis.presence = search.presence
    diagnosis.sockets = search.found
    diagnosis.answer()
    if effort.contains(.owners) { addOwners(&diagnosis, effort) }
    return diagnosis
  }

  /// Looks at a path with the rights of the caller, and for what these do not show with the rights of this process.
  private func look(at path: [UInt8], _ diagnosis: inout UnixDiagnosis) {
    do throws(BindFactError) {
      let caller = try UnixCaller(diagnosis.request)
      var facts = try UnixPathFacts(of: path, for: caller)
      if !caller.hasOwnRights, caller.process == nil, facts.contact == .unknown {
        facts.contact = (try? UnixPathFacts(of: path, for: .current))?.contact ?? .unknown
      }
      diagnosis.facts = facts
    } catch {
      diagnosis.factsError = error
    }
  }

  private mutating func unixSockets(_ diagnosis: inout UnixDiagnosis) throws(SockDiagError) -> [UnixSocket] {
    let dump = try inspector.dump(UnixNameSearch.query)
    diagnosis.substitution = inspector.substitution
    return dump.sockets
  }

  /// Reads the UNIX sockets of the other network namespaces.
  private mutating func addNeighbours(_ search: inout UnixNameSearch) {
    guard let (others, isComplete) = otherNamespaces() else { return }
    search.isComplete = isComplete
    for namespace in others {
      guard var inspector = try? SocketInspector(in: namespace), inspector.refusal == nil,
        let dump = try? inspector.dump(UnixNameSearch.query)
      else {
        search.isComplete = false
        continue
      }
      search.add(dump.sockets, namespace: namespace.id.inode)
    }
  }

  private mutating func addOwners(_ diagnosis: inout UnixDiagnosis, _ effort: Effort) {
    let wanted = diagnosis.sockets.lazy.filter { $0.socket.inode != 0 }.map {
      WantedSocket(inode: $0.socket.inode, cgroupID: nil, uid: $0.socket.uid)
    }
    guard !wanted.isEmpty, let report = try? owners?.find(Array(wanted), SearchOptions(.everyHolder, walkers: 2))
    else { return }
    let details = owners?.details(ofProcessesIn: report) ?? [:]
    for index in diagnosis.sockets.indices where diagnosis.sockets[index].socket.inode != 0 {
      let inode = diagnosis.sockets[index].socket.inode
      let holders = Array(report.holders(of: inode, among: details))
      let processes = Set(holders.map(\.pid)).sorted().compactMap { details[$0] }
      diagnosis.sockets[index].holders = holders
      diagnosis.sockets[index].processes = processes
      if holders.isEmpty { diagnosis.sockets[index].holdersMissing = report.reasons(for: inode) ?? [] }
      diagnosis.sockets[index].isInOtherMountNamespace = processes.first.flatMap {
        MountNamespace.isOther($0.process.pid)
      }
      guard effort.contains(.origins) else { continue }
      for process in processes where diagnosis.origins[process.process.pid] == nil {
        diagnosis.origins[process.process.pid] = owners?.origin(of: process)
      }
    }
  }
}
