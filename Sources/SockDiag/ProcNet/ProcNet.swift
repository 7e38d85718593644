internal import Glibc
public import SockDiagWire

/// Reads sockets from the tables in `/proc/net`, for kernels that lack a sock_diag handler, and for comparison.
///
/// The rows become the same values as with sock_diag, with `SocketSource.procNet` as their source and fewer fields: no
/// cookie, no interface, no limit of the accept queue, no details. Sockets without connections have
/// `InetSocket.drops`. The kernel
/// cannot filter here, so every query costs the whole table: it prints one line for each socket of the host, and walks
/// TCP's hash tables once per family.
///
/// No table contains TCP sockets that are bound but neither listen nor are connected.
///
/// SCTP has no fallback. Its tables, `/proc/net/sctp/eps` and `assocs`, have another form: addresses of both sides in
/// lists of any length, states with numbers of their own, and endpoints and associations in two tables. The kernel builds
/// sctp_diag whenever it builds SCTP and inet_diag (net/sctp/Kconfig), so few hosts would need them.
public enum ProcNet {
  /// Passes each matching socket to `body` while the tables are being read.
  ///
  /// The order of the tables has no meaning. A socket may occur twice or not at all if the tables change meanwhile,
  /// because the kernel continues by position after each page of text; ``dump(_:root:process:onFault:)`` removes
  /// duplicates. Allocates a buffer of 64 KiB, and nothing per socket.
  ///
  /// - Parameters:
  ///   - query: The sockets to report. The details are ignored, because no table has any.
  ///   - root: Where proc is mounted. `thread-self`, since Linux 3.17, is looked up there.
  ///   - process: A process whose network namespace is read; `nil` for the calling thread's. No privilege is needed.
  ///   - onFault: Called for each line that is not a row, with the code ``SockDiagError/Code/procNet`` and the position
  ///     in ``SockDiagError/wireError``. The rows before and after it are not lost.
  ///   - body: Called for each socket. It may keep the value.
  /// - Returns: Whether all sockets were seen: ``DumpDefects/malformed`` if some lines were not rows.
  /// - Throws: ``SockDiagError`` with the code ``SockDiagError/Code/procNet`` if there is no such table: proc is not
  ///   mounted, the protocol is none of TCP, UDP, UDP-Lite and raw, or the query asks only for bound TCP sockets. A missing IPv6 table
  ///   next to an IPv4 table is not an error; it means that there is no IPv6.
  @discardableResult
  public static func forEach(
    _ query: SocketQuery, root: String = "/proc", process: Int32? = nil,
    onFault: (SockDiagError) -> Void = { _ in }, _ body: (InetSocket) -> DumpFlow
  ) throws(SockDiagError) -> DumpDefects {
    let name = try tableName(query)
    let directory = directory(root, process)
    let lacksStates = query.protocol == .tcp && query.states.contains(.boundInactive)
    var defects: DumpDefects = lacksStates ? .missingStates : .complete
    var isFound = false
    // Larger buffers gain nothing: the kernel returns one page at a time.
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    for (family, suffix) in [(AddressFamily.inet, ""), (.inet6, "6")] {
      let isWanted = query.family == nil || query.family == family
      // Only the IPv4 table shows whether a missing IPv6 table means that there is no IPv6.
      guard isWanted || !isFound && family == .inet, !defects.contains(.stopped) else { continue }
      guard let file = try ProcNetFile(directory + name + suffix) else { continue }
      isFound = true
      guard isWanted else { continue }
      defects.formUnion(try read(file, query, family, into: &buffer, onFault, body))
    }
    guard isFound else {
      throw missingTable(directory + name, root, process)
    }
    return defects
  }

  /// The folder with the tables, with a slash at its end.
  static func directory(_ root: String, _ process: Int32?) -> String {
    root + (process.map { "/\($0)/net/" } ?? "/thread-self/net/")
  }

  /// Of a process, the tables are missing if it has ended.
  static func missingTable(_ path: String, _ root: String, _ process: Int32?) -> SockDiagError {
    let need = process == nil ? ", for which proc must be mounted (mount -t proc proc \(root))" : ""
    return SockDiagError(.procNet, operation: "open \(path)\(need)", errno: ENOENT)
  }

  /// Collects all matching sockets.
  ///
  /// A socket that occurs twice because the tables changed is removed if it has an inode. Sockets without an inode
  /// (TIME_WAIT and SYN_RECV) that look the same may be two. The parameters and errors are those of
  /// `forEach(_:root:process:onFault:_:)`.
  ///
  /// - Complexity: O(n) time. One array of 104 bytes per socket.
  public static func dump(
    _ query: SocketQuery, root: String = "/proc", process: Int32? = nil,
    onFault: (SockDiagError) -> Void = { _ in }
  ) throws(SockDiagError) -> SocketDump {
    var sockets: [InetSocket] = []
    var seen = CookieSet()
    let defects = try forEach(query, root: root, process: process, onFault: onFault) { socket in
      if seen.insert(UInt64(socket.inode)) || !isRepeated(socket, in: sockets) { sockets.append(socket) }
      return .continue
    }
    return SocketDump(sockets: sockets, defects: defects, source: .procNet)
  }

  /// Whether one of the last rows is the same socket. Inode numbers are reused once 32 bits are exhausted, so the
  /// number alone is not enough. The search is short because a duplicate comes soon: on the next page.
  @inline(never)
  private static func isRepeated(_ socket: InetSocket, in sockets: [InetSocket]) -> Bool {
    sockets.suffix(1024).contains {
      $0.inode == socket.inode && $0.local == socket.local && $0.remote == socket.remote && $0.family == socket.family
    }
  }

  @inline(__always)
  private static func read(
    _ file: borrowing ProcNetFile, _ query: SocketQuery, _ family: AddressFamily, into buffer: inout [UInt8],
    _ onFault: (SockDiagError) -> Void, _ body: (InetSocket) -> DumpFlow
  ) throws(SockDiagError) -> DumpDefects {
    var parser = ProcNetParser(query.protocol, family: family)
    let path = file.path
    let report = { (fault: WireError) in
      onFault(SockDiagError(.procNet, operation: "read \(path)", wireError: fault))
    }
    var isUndecided = false
    let filter = { (socket: InetSocket) -> DumpFlow in
      switch query.matches(socket) {
      case true: return body(socket)
      case nil: isUndecided = true
      case false: break
      }
      return .continue
    }
    var flow = DumpFlow.continue
    while flow == .continue {
      let count = try file.read(into: &buffer)
      if count == 0 { break }
      flow = parser.parse(buffer.span.extracting(0..<count), onFault: report, filter)
    }
    if flow == .continue { flow = parser.finish(onFault: report, filter) }
    var defects: DumpDefects = flow == .stop ? .stopped : .complete
    if parser.faultCount > 0 { defects.insert(.malformed) }
    if isUndecided { defects.insert(.undecided) }
    return defects
  }

  private static func tableName(_ query: SocketQuery) throws(SockDiagError) -> String {
    switch query.family {
    case nil, .inet, .inet6: break
    case .some(let family):
      throw SockDiagError(
        .procNet, operation: "read sockets of the family \(family) from /proc/net, which has tables for IPv4 and IPv6",
        errno: EAFNOSUPPORT)
    }
    switch query.protocol {
    case .tcp where query.states == .boundInactive:
      throw SockDiagError(
        .procNet, operation: "read TCP sockets that are only bound from /proc/net, which does not have them",
        errno: EOPNOTSUPP)
    case .tcp: return "tcp"
    case .udp: return "udp"
    case .udpLite: return "udplite"
    case .raw: return "raw"
    default:
      throw SockDiagError(
        .procNet,
        operation: "read sockets of the protocol \(query.protocol) from /proc/net, which has no such table",
        errno: EPROTONOSUPPORT)
    }
  }
}
