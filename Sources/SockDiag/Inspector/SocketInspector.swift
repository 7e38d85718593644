public import SockDiagWire

/// Reads sockets from the kernel through sock_diag.
///
/// An inspector owns one netlink socket and one buffer and reuses them, so keep it for polling. It has no global state;
/// use it from any thread, one at a time. It sees the network namespace in which it was made, and keeps that alive. If
/// sock_diag cannot answer, because the kernel lacks it or one of its handlers or because a sandbox forbids netlink, the
/// inspector reads `/proc/net` of that namespace instead, which has fewer fields: see ``substitution``. No privilege is
/// needed, but the kernel reports some details only to a reader with CAP_NET_ADMIN.
///
/// An inspector is `Sendable` and has one owner, which makes one call at a time. Keep it in an actor, or in a `Mutex`
/// if several threads share it, or move it to another thread or task.
public struct SocketInspector: ~Copyable, Sendable {
  var reader: InetReader<InspectorTransport>

  /// Why no request reaches sock_diag; `nil` if requests are possible.
  ///
  /// If set, `dump(_:)` and `forEach(_:_:)` read `/proc/net`. Everything else throws this error: looking up one
  /// socket, destroying one, recording.
  public let refusal: SockDiagError?

  /// The network namespace whose sockets it reads; `nil` for a stand-in of the kernel, and without proc.
  public private(set) var networkNamespace: NetworkNamespace?

  /// Opens a netlink socket in the network namespace of the calling thread.
  ///
  /// A kernel without sock_diag and a sandbox that forbids netlink are not errors here: see ``refusal``.
  ///
  /// - Throws: ``SockDiagError`` for any other reason, such as a lack of descriptors.
  public init() throws(SockDiagError) { try self.init(procRoot: "/proc") }

  /// The same with another place where proc is mounted.
  package init(procRoot: String) throws(SockDiagError) {
    networkNamespace = try? .current()
    let tables = ProcNetPlace(root: procRoot, of: networkNamespace)
    do throws(SockDiagError) {
      reader = InetReader(.kernel(try KernelTransport()), tables: tables)
      refusal = nil
    } catch {
      guard error.leavesProcNet else { throw error }
      reader = InetReader(.kernel(KernelTransport(refusing: error)), tables: tables)
      refusal = error
    }
  }

  /// Asks a stand-in for the kernel. It reads `/proc/net` only if a place for proc is given.
  package init(standIn: any StandInTransport, procRoot: String? = nil) {
    reader = InetReader(.standIn(standIn), procRoot: procRoot)
    refusal = nil
    networkNamespace = nil
  }

  /// Why the last list came from `/proc/net`; `nil` if sock_diag answered.
  ///
  /// Such a list lacks TCP sockets that are only bound (``DumpDefects/missingStates``), cookies, interfaces, and
  /// whether an IPv6 socket refuses IPv4.
  public var substitution: SockDiagError? { reader.substitution }

  /// Opens a netlink socket in a network namespace. The calling thread stays in its own.
  ///
  /// If this user may not enter the namespace and a process is in it, the tables below `/proc/PID/net` are read, for which
  /// no permission is needed: ``refusal`` is then the reason, and each socket names that source. Where tables are read inside
  /// the namespace, `forEach(_:_:)` calls its body on a thread of this library while the caller waits.
  ///
  /// All namespaces share the kernel's hash tables of TCP and UDP, so every walk passes the sockets of the whole host. The
  /// inspector first looks at the counts of the namespace (`/proc/net/sockstat`), which takes about 25 µs. Where these show
  /// no sockets of a protocol, or only listeners, it does not walk for others.
  ///
  /// - Throws: ``SockDiagError``: the code ``SockDiagError/Code/namespaceForbidden`` without CAP_SYS_ADMIN there and here
  ///   if no process of it is known; ``SockDiagError/Code/namespaceGone`` if it has ended.
  ///
  /// Kernel: `setns(2)`, on a separate thread.
  public init(in namespace: NetworkNamespace) throws(SockDiagError) {
    networkNamespace = namespace
    do throws(SockDiagError) {
      reader = InetReader(.kernel(try KernelTransport(in: namespace)), tables: ProcNetPlace(of: namespace))
      reader.countedNamespace = namespace
      refusal = nil
    } catch {
      let isForbidden = error.code == .namespaceForbidden
      guard error.leavesProcNet, !isForbidden || namespace.processes.contains(where: namespace.isOf) else {
        throw error
      }
      reader = InetReader(
        .kernel(KernelTransport(refusing: error)), tables: ProcNetPlace(of: namespace, isForbidden: isForbidden))
      refusal = error
    }
  }

  /// Replaces the namespace by itself with other ways into it.
  mutating func use(_ namespace: NetworkNamespace) {
    networkNamespace = namespace
    reader.use(namespace)
  }

  /// Opens a netlink socket in a network namespace that has to be entered for other facts too.
  ///
  /// - Throws: ``SockDiagError``, also where only the tables of a process could be read.
  package init(entering namespace: NetworkNamespace) throws(SockDiagError) {
    try namespace.perform {}
    try self.init(in: namespace)
  }

  /// The sockets of a protocol in these states. For one-off calls; keep an inspector to poll.
  ///
  /// - Parameters:
  ///   - protocol: A protocol of IP, such as TCP or UDP.
  ///   - states: The states. With `nil`, the states that the filter names; if it names none, connections for protocols
  ///     that have connections, and all states for the others.
  ///   - filter: A filter that the sockets must pass.
  ///   - details: The details to report beyond the fixed record.
  /// - Throws: ``SockDiagError``, with the code ``SockDiagError/Code/incomplete`` if some sockets may be missing.
  public static func sockets(
    _ protocol: TransportProtocol, in states: SocketStateSet? = nil, matching filter: SocketFilter = .everything,
    details: InetDetails = []
  ) throws(SockDiagError) -> [InetSocket] {
    var inspector = try SocketInspector()
    let dump = try inspector.dump(SocketQuery(`protocol`, states: states, matching: filter, details: details))
    guard dump.defects.isComplete else {
      throw SockDiagError(.incomplete, operation: "list sockets: \(dump.defects)")
    }
    return dump.sockets
  }

  /// Passes each matching socket to `body` while the kernel's answer is being read.
  ///
  /// Nothing is allocated per socket. A socket may occur twice if the tables change meanwhile; `dump(_:)` removes
  /// duplicates. After ``DumpFlow/stop``, or an error of `body`, the rest of the answer is read and dropped before the
  /// next request. Like `dump(_:)` this falls back to `/proc/net`; then each socket names that as its source.
  ///
  /// - Parameters:
  ///   - query: The sockets to report, and their details.
  ///   - body: Called for each socket. It may keep the value; only then is anything allocated.
  /// - Returns: Whether all sockets were seen.
  /// - Throws: ``SockDiagError``, or the error of `body`.
  @discardableResult
  public mutating func forEach(
    _ query: SocketQuery, _ body: (InetSocket) throws -> DumpFlow
  ) throws -> DumpDefects {
    var failure: (any Error)?
    let result = try reader.forEach(query) { socket in
      do { return try body(socket) } catch {
        failure = error
        return .stop
      }
    }
    if let failure { throw failure }
    return result.defects
  }

  /// Passes each matching socket to `body`, which does not throw, so that the only error is ``SockDiagError``.
  ///
  /// - Returns: Whether all sockets were seen.
  /// - Throws: ``SockDiagError``.
  @discardableResult
  public mutating func forEach(
    _ query: SocketQuery, _ body: (InetSocket) -> DumpFlow
  ) throws(SockDiagError) -> DumpDefects {
    try reader.forEach(query) { socket in body(socket) }.defects
  }

  /// Collects all matching sockets, each once.
  ///
  /// A dump that the kernel interrupted is repeated up to two times and then returned as partial. If sock_diag cannot
  /// answer, the sockets come from `/proc/net`, with the fields that it has, and ``Dump/source`` says so.
  ///
  /// - Throws: ``SockDiagError``.
  /// - Complexity: O(n) time. One array of 104 bytes per socket, and one allocation per socket if the query asks for
  ///   `tcp_info`, two if it asks for other details.
  public mutating func dump(_ query: SocketQuery) throws(SockDiagError) -> SocketDump {
    try reader.dump(query)
  }

  /// Explains a query: which part of its filter the kernel applies and which part the library applies, and how many
  /// sockets pass each. It makes the same walks as the query.
  ///
  /// - Throws: ``SockDiagError``, if the kernel could not answer the query either.
  public mutating func explain(_ query: SocketQuery) throws(SockDiagError) -> QueryExplanation {
    try reader.explain(query)
  }

  /// The socket that receives packets between two addresses, as the kernel would look it up.
  ///
  /// It may be a listener on all addresses, if there is no more specific socket. It takes microseconds, however many
  /// sockets there are.
  ///
  /// - Parameters:
  ///   - protocol: A protocol of IP. MPTCP sockets and SCTP endpoints are searched among all sockets of the port,
  ///     because the kernel cannot look them up by their addresses.
  ///   - local: The address and port on this host; of a raw socket the address and the IP protocol.
  ///   - remote: The peer; `nil` for a listener or an unconnected UDP socket.
  ///   - interfaceIndex: The interface, needed for link-local addresses and sockets bound to a device.
  ///   - details: The details to report beyond the fixed record.
  /// - Returns: The socket, or `nil` if there is none.
  /// - Throws: ``SockDiagError``.
  public mutating func socket(
    _ protocol: TransportProtocol, local: SocketAddress, remote: SocketAddress? = nil, interfaceIndex: UInt32 = 0,
    details: InetDetails = []
  ) throws(SockDiagError) -> InetSocket? {
    try reader.socket(
      `protocol`, local: local, remote: remote, interfaceIndex: interfaceIndex, details: details)
  }

  /// The multipath TCP connection with a local token, as in `MPTCPInfo.token` and `MPTCPSubflow.localToken`. It takes
  /// microseconds.
  ///
  /// - Returns: The connection, or `nil` if there is none.
  /// - Throws: ``SockDiagError``.
  ///
  /// Kernel: `mptcp_diag_dump_one`, net/mptcp/mptcp_diag.c, since 5.9.
  public mutating func socket(
    mptcpToken token: UInt32, details: InetDetails = []
  ) throws(SockDiagError) -> InetSocket? {
    try reader.socket(mptcpToken: token, details: details)
  }

  /// The same socket as it is now; `nil` if it is gone, even if its addresses are in use again.
  ///
  /// It takes microseconds, except for sockets that the kernel cannot look up individually by their addresses: those
  /// that share a port and those that are only bound. These are searched among all sockets of their port.
  ///
  /// - Parameters:
  ///   - socket: The socket as it was read before. A socket without cookie, from `/proc/net`, cannot be identified:
  ///     `nil`.
  ///   - details: The details to report beyond the fixed record.
  /// - Throws: ``SockDiagError``.
  public mutating func current(_ socket: InetSocket, details: InetDetails = []) throws(SockDiagError) -> InetSocket? {
    try reader.current(socket, details: details)
  }
}
