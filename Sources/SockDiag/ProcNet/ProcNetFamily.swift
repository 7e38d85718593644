public import SockDiagWire

/// A family whose sockets `/proc/net` lists too, for kernels without its sock_diag handler.
///
/// vsock, XDP, TIPC and SMC have no table.
public protocol ProcNetFamily: SocketFamily {
  /// Passes each socket that a request asks for to `body`.
  ///
  /// - Parameters:
  ///   - request: The request that sock_diag did not answer.
  ///   - root: Where proc is mounted.
  ///   - process: The process whose network namespace is read; `nil` for the calling thread's.
  ///   - onFault: Called for each line that is not a row.
  ///   - body: Called for each socket.
  /// - Returns: ``DumpDefects/malformed`` if some lines were not rows.
  /// - Throws: ``SockDiagError`` with the code ``SockDiagError/Code/procNet`` if there is no such table.
  static func readProcNet(
    _ request: Request, root: String, process: Int32?, onFault: (SockDiagError) -> Void,
    _ body: (Socket) -> DumpFlow
  ) throws(SockDiagError) -> DumpDefects
}

extension Netlink: ProcNetFamily {
  /// Reads `/proc/net/netlink`; see ``ProcNet/netlinkSockets(root:process:onFault:_:)``.
  public static func readProcNet(
    _ request: NetlinkSocketRequest, root: String, process: Int32?, onFault: (SockDiagError) -> Void,
    _ body: (NetlinkSocket) -> DumpFlow
  ) throws(SockDiagError) -> DumpDefects {
    try ProcNet.netlinkSockets(root: root, process: process, onFault: onFault) { socket in
      request.protocol == nil || request.protocol == socket.protocol ? body(socket) : .continue
    }
  }
}

extension Packet: ProcNetFamily {
  /// Reads `/proc/net/packet`; see ``ProcNet/packetSockets(root:process:onFault:_:)``.
  public static func readProcNet(
    _ request: PacketSocketRequest, root: String, process: Int32?, onFault: (SockDiagError) -> Void,
    _ body: (PacketSocket) -> DumpFlow
  ) throws(SockDiagError) -> DumpDefects {
    try ProcNet.packetSockets(root: root, process: process, onFault: onFault, body)
  }
}

extension ProcNet {
  /// Passes each matching socket of a family to `body`.
  ///
  /// - Parameters:
  ///   - query: The sockets to report. The details are ignored.
  ///   - root: Where proc is mounted.
  ///   - process: The process whose network namespace is read; `nil` for the calling thread's.
  ///   - onFault: Called for each line that is not a row.
  ///   - body: Called for each socket.
  /// - Returns: Whether all sockets were seen; `nil` if `/proc/net` has no table for the family.
  /// - Throws: ``SockDiagError`` with the code ``SockDiagError/Code/procNet`` if the table cannot be read.
  public static func forEach<Family: SocketFamily>(
    _ query: FamilyQuery<Family>, root: String = "/proc", process: Int32? = nil,
    onFault: (SockDiagError) -> Void = { _ in }, _ body: (Family.Socket) -> DumpFlow
  ) throws(SockDiagError) -> DumpDefects? where Family.Socket: FilterSubject {
    guard let family = Family.self as? any ProcNetFamily.Type else { return nil }
    return try read(family, query, (root, process), onFault, body)
  }

  /// The same family twice: once with its table. The casts always succeed.
  private static func read<Table: ProcNetFamily, Family: SocketFamily>(
    _ table: Table.Type, _ query: FamilyQuery<Family>, _ place: (root: String, process: Int32?),
    _ onFault: (SockDiagError) -> Void, _ body: (Family.Socket) -> DumpFlow
  ) throws(SockDiagError) -> DumpDefects? where Family.Socket: FilterSubject {
    guard let request = query.request as? Table.Request else { return nil }
    var isUndecided = false
    let (root, process) = place
    var defects = try Table.readProcNet(request, root: root, process: process, onFault: onFault) { row in
      guard let socket = row as? Family.Socket else { return .continue }
      switch query.filter.evaluate(socket) {
      case true: return body(socket)
      case nil: isUndecided = true
      case false: break
      }
      return .continue
    }
    if isUndecided { defects.insert(.undecided) }
    return defects
  }
}
