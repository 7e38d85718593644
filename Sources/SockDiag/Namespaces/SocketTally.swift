internal import SockDiagWire

/// How many sockets a network namespace has.
///
/// The counts are those of the namespace, unlike `alloc`, `orphan` and `mem` in the same file. Kernel:
/// `sockstat_seq_show`, net/ipv4/proc.c.
struct SocketTally: Hashable, Sendable {
  private let counts: [String: UInt64]

  /// Reads the counts from the folder of a namespace's tables, which ends with a slash; `nil` if they cannot be read.
  init?(_ directory: String) {
    guard let text = ProcText.read(directory + "sockstat") else { return nil }
    // Without IPv6 there is no second file.
    self.init(text: text + (ProcText.read(directory + "sockstat6") ?? []))
  }

  /// Parses lines with a title, followed by names and numbers alternately.
  init(text: [UInt8]) {
    var counts: [String: UInt64] = [:]
    for line in text.split(separator: 0x0a) {
      let words = line.words
      guard let title = words.first.map({ String(decoding: $0, as: UTF8.self) }) else { continue }
      for index in stride(from: 1, to: words.count - 1, by: 2) {
        counts["\(title) \(String(decoding: words[index], as: UTF8.self))"] = words[index + 1].decimal()
      }
    }
    self.counts = counts
  }

  /// The number behind a title and a name, such as `TCP: inuse`.
  subscript(name: String) -> UInt64? { counts[name] }

  /// The TCP sockets that listen or are connected; `nil` if that is not known.
  ///
  /// Sockets that are only bound, `time-wait` and `syn-recv` do not count. Kernel: `sock_prot_inuse_add`, in
  /// `__inet_hash` and `inet_ehash_nolisten`, net/ipv4/inet_hashtables.c.
  private var tcpInUse: UInt64? {
    guard let count = counts["TCP: inuse"] else { return nil }
    let (sum, overflows) = count.addingReportingOverflow(counts["TCP6: inuse"] ?? 0)
    return overflows ? nil : sum
  }

  /// The states in which the namespace may have TCP sockets, out of some; `nil` if there can be none.
  ///
  /// - Parameter listeners: How many TCP sockets listen; asked only if the answer depends on it, `nil` if unknown.
  func possibleStates(
    of states: SocketStateSet, listeners: () throws(SockDiagError) -> UInt64?
  ) throws(SockDiagError) -> SocketStateSet? {
    guard let inUse = tcpInUse, counts["TCP: tw"] == 0 else { return states }
    // A request for a connection has a listener, and is not counted.
    let possible = states.intersection(inUse == 0 ? .boundInactive : [.boundInactive, .listen])
    if inUse > 0, possible != states {
      if states.contains(.synReceived) { return states }
      guard try listeners() == inUse else { return states }
    }
    return possible.isEmpty ? nil : possible
  }
}

extension InetReader where Transport: ~Copyable {
  /// The query without states in which the namespace has no sockets; `nil` if it has none that the query wants.
  mutating func narrowed(_ query: SocketQuery) throws(SockDiagError) -> SocketQuery? {
    // A walk over the table of connections takes a millisecond on an idle host. The tables of listeners and of UDP take
    // less than a look at the counts. A recording shall have the requests of the query.
    guard let namespace = countedNamespace, query.protocol == .tcp, query.states != .listen,
      query.states != .boundInactive,
      conversation.observer == nil,
      let tally = try? namespace.tally()
    else { return query }
    var narrowed = query
    let states = try tally.possibleStates(of: query.states) { () throws(SockDiagError) in
      var count: UInt64 = 0
      let defects = try walk(SocketQuery(query.protocol, states: .listen)) { _ in
        count += 1
        return .continue
      }
      return defects.isComplete ? count : nil
    }
    guard let states else { return nil }
    narrowed.states = states
    return narrowed
  }
}

extension NetworkNamespace {
  /// How many sockets there are, read inside the namespace.
  func tally() throws(SockDiagError) -> SocketTally? {
    try perform { () throws(SockDiagError) in SocketTally(ProcNet.directory("/proc", nil)) }
  }
}
