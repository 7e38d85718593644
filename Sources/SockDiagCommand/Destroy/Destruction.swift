internal import SockDiag
internal import SockDiagWire

/// The sockets that a filter matches, and the results of destroying them.
struct Destruction: ~Copyable {
  /// The sockets that match, each once, in the order that is asked for or else the kernel's.
  let sockets: [InetSocket]
  private var results: [DestructionResult] = []
  private var inspector: SocketInspector
  /// Remarks about the list.
  private var listing: Remarks
  /// Remarks about the results.
  private var remarks = Remarks()

  /// Lists the sockets.
  init(_ selection: Selection, order: SortOrder? = nil) throws {
    var inspector = try SocketInspector()
    // Nothing that /proc/net lists can be destroyed.
    if let refusal = inspector.refusal { throw refusal }
    var sockets: [InetSocket] = []
    var listing = Remarks()
    var selection = selection
    try selection.leaveOutForbiddenStorages(by: &inspector, &listing)
    for query in try selection.queries(
      of: [.tcp, .udp, .raw],
      because: "the kernel destroys no other sockets than TCP, UDP and raw ones; use -t, -u and -w only")
    {
      let dump = try inspector.dump(query)
      sockets += dump.sockets
      listing.note(query.protocol, dump.defects, matching: query.filter, inspector.substitution)
    }
    if selection.filter.namesHolders {
      let book = try HolderBook(sockets)
      let holderPart = selection.filter.holderPart
      let passing = sockets.map { book.decides(holderPart, $0) }
      listing.note(undecided: passing.count { $0 == nil }, hidden: 0)
      sockets = zip(sockets, passing).filter { $1 == true }.map(\.0)
    }
    self.sockets = order?.sorted(sockets) ?? sockets
    self.listing = listing
    self.inspector = inspector
  }

  /// Destroys all sockets that can be destroyed.
  ///
  /// It goes from the last to the first: a destroyed UDP socket leaves its SO_REUSEPORT group, and the kernel would not find
  /// those after it. It writes nothing in between, so that a closed pipe does not stop it halfway.
  mutating func destroyAll() {
    var failures: [(result: DestructionResult, error: SockDiagError?)] = []
    for socket in sockets.reversed() {
      do throws(SockDiagError) {
        try inspector.destroy(socket)
        failures.append((.destroyed, nil))
      } catch {
        failures.append((DestructionResult(error), error))
      }
    }
    results = failures.reversed().map(\.result)
    for result in DestructionResult.allCases where result.status != .success {
      let errors = failures.compactMap { $0.result == result ? $0.error : nil }
      // One sentence for all sockets with the same result: the reason and the remedy.
      if let error = errors.first {
        remarks.add("cannot destroy \(errors.count.counted("socket")): \(error.reason)", result.status)
      }
    }
    noteKeptPorts()
  }

  /// Adds remarks about destroyed sockets that keep their port. Every listener does; a UDP socket does if its process chose
  /// the port.
  private mutating func noteKeptPorts() {
    let destroyed = zip(sockets, results).filter { $1 == .destroyed }.map(\.0)
    let listeners = destroyed.count { $0.state == .listen }
    if listeners > 0 {
      remarks.add(
        listeners == 1
          ? "the destroyed listener keeps its port until its process closes it; end the process to free the port"
          : "the \(listeners) destroyed listeners keep their ports until their processes close them; end the processes"
            + " to free the ports")
    }
    let cookies = Set(destroyed.filter { $0.protocol == .udp }.compactMap(\.cookie))
    guard !cookies.isEmpty, let dump = try? inspector.dump(SocketQuery(.udp)) else { return }
    let bound = dump.sockets.count { $0.cookie.map(cookies.contains) == true }
    if bound > 0 {
      remarks.add(
        bound == 1
          ? "the destroyed UDP socket stays bound, and takes datagrams, until its process closes it; end the process to"
            + " free the port"
          : "\(bound) destroyed UDP sockets stay bound, and take datagrams, until their processes close them; end the"
            + " processes to free the ports")
    }
  }

  /// Shows the sockets, with their results if there are any.
  func show(with renderer: any SocketRenderer) throws(CommandFailure) {
    for (index, socket) in sockets.enumerated() {
      try renderer.render(socket, SocketNotes(result: index < results.count ? results[index].rawValue : nil))
    }
    try renderer.finish(afterFailure: false)
  }

  /// Reports the remarks about the list, before the question about it.
  mutating func sayRemarks() { listing.say() }

  /// Reports the other remarks, and ends the command with the status.
  consuming func end(saying sentence: String? = nil) throws {
    if let sentence { remarks.add(sentence) }
    // A socket that was not destroyed matters more than one that was not listed.
    remarks.add(listing)
    try remarks.end()
  }
}
