public import SockDiagWire

extension ProcNet {
  /// Passes each row of `/proc/net/netlink` to `body`.
  ///
  /// The rows have the protocol, the port id, the first 32 groups, the memory in use and the inode. They lack cookies,
  /// destinations, options, and groups above 32.
  ///
  /// - Parameters:
  ///   - root: Where proc is mounted.
  ///   - process: A process whose network namespace is read; `nil` for the calling thread's. No privilege is needed.
  ///   - onFault: Called for each line that is not a row.
  ///   - body: Called for each socket.
  /// - Returns: ``DumpDefects/malformed`` if some lines were not rows.
  /// - Throws: ``SockDiagError`` with the code ``SockDiagError/Code/procNet`` if there is no such table.
  ///
  /// Kernel: `netlink_native_seq_show`, net/netlink/af_netlink.c.
  public static func netlinkSockets(
    root: String = "/proc", process: Int32? = nil, onFault: (SockDiagError) -> Void = { _ in },
    _ body: (NetlinkSocket) -> DumpFlow
  ) throws(SockDiagError) -> DumpDefects {
    try ProcNetTable.netlink.forEach(root: root, process: process, onFault: onFault, body)
  }

  /// Parses a row: `sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode`.
  static func netlinkSocket(_ line: Span<UInt8>, isWhole: Bool) throws(ProcNetFault) -> NetlinkSocket {
    var columns = ProcNetColumns(at: 0)
    // The address, which may be hidden.
    _ = columns.next(in: line)
    var socket = NetlinkSocket()
    var figures = ProcNetFigures()
    let number = try columns.decimal(.netlinkProtocol, 0...Int64(UInt16.max), in: line)
    socket.protocol = NetlinkFamily(rawValue: UInt16(truncatingIfNeeded: number))
    // Older kernels print it with a sign.
    let portID = try columns.decimal(.portID, Int64(Int32.min)...Int64(UInt32.max), in: line)
    socket.portID = UInt32(truncatingIfNeeded: portID)
    let mask = try columns.hexadecimal(.groups, digits: 8...8, in: line)
    socket.groups = mask == 0 ? nil : (1...32).filter { mask >> UInt64($0 - 1) & 1 == 1 }
    figures.receiveAllocated = UInt32(truncatingIfNeeded: try columns.decimal(.receiveMemory, amounts, in: line))
    figures.sendAllocated = UInt32(truncatingIfNeeded: try columns.decimal(.sendMemory, amounts, in: line))
    // Whether a dump is under way, which some kernels print as an address, and the references.
    _ = columns.next(in: line)
    _ = columns.next(in: line)
    figures.drops = UInt64(truncatingIfNeeded: try columns.decimal(.drops, amounts, in: line))
    let inode = try columns.decimal(.inode, 0...Int64(UInt32.max), endsLine: isWhole, in: line)
    socket.inode = UInt32(truncatingIfNeeded: inode)
    socket.procNet = figures
    return socket
  }

  /// The kernel prints amounts of memory and counts as signed numbers of 32 bits, and they are never negative.
  static let amounts: ClosedRange<Int64> = 0...Int64(UInt32.max)
}

extension ProcNetTable where Socket == NetlinkSocket {
  /// `/proc/net/netlink`.
  package static var netlink: ProcNetTable {
    ProcNetTable(name: "netlink", header: "sk") { line, isWhole throws(ProcNetFault) in
      try ProcNet.netlinkSocket(line, isWhole: isWhole)
    }
  }
}
