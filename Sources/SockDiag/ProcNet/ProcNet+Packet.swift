public import SockDiagWire

extension ProcNet {
  /// Passes each row of `/proc/net/packet` to `body`.
  ///
  /// The rows have the kind, the protocol, the interface, the memory of received packets, the user and the inode. They
  /// lack cookies, rings, fanout groups, memberships and filters.
  ///
  /// - Parameters:
  ///   - root: Where proc is mounted.
  ///   - process: A process whose network namespace is read; `nil` for the calling thread's. No privilege is needed.
  ///   - onFault: Called for each line that is not a row.
  ///   - body: Called for each socket.
  /// - Returns: ``DumpDefects/malformed`` if some lines were not rows.
  /// - Throws: ``SockDiagError`` with the code ``SockDiagError/Code/procNet`` if there is no such table.
  ///
  /// Kernel: `packet_seq_show`, net/packet/af_packet.c.
  public static func packetSockets(
    root: String = "/proc", process: Int32? = nil, onFault: (SockDiagError) -> Void = { _ in },
    _ body: (PacketSocket) -> DumpFlow
  ) throws(SockDiagError) -> DumpDefects {
    try ProcNetTable.packet.forEach(root: root, process: process, onFault: onFault, body)
  }

  /// Parses a row: `sk RefCnt Type Proto Iface R Rmem User Inode`.
  static func packetSocket(_ line: Span<UInt8>, isWhole: Bool) throws(ProcNetFault) -> PacketSocket {
    var columns = ProcNetColumns(at: 0)
    // The address, which may be hidden, and the references.
    _ = columns.next(in: line)
    _ = columns.next(in: line)
    var socket = PacketSocket()
    var figures = ProcNetFigures()
    let type = try columns.decimal(.socketType, 0...255, in: line)
    socket.type = SocketType(rawValue: UInt8(truncatingIfNeeded: type))
    let number = try columns.hexadecimal(.linkProtocol, digits: 4...4, in: line)
    socket.protocol = LinkProtocol(rawValue: UInt16(truncatingIfNeeded: number))
    // An interface that was removed is -1.
    let index = try columns.decimal(.interface, -1...Int64(UInt32.max), in: line)
    figures.interfaceIndex = UInt32(truncatingIfNeeded: index)
    figures.isRunning = try columns.decimal(.running, 0...1, in: line) == 1
    figures.receiveAllocated = UInt32(truncatingIfNeeded: try columns.decimal(.receiveMemory, amounts, in: line))
    socket.uid = UInt32(truncatingIfNeeded: try columns.decimal(.uid, amounts, in: line))
    let inode = try columns.decimal(.inode, 0...Int64(UInt32.max), endsLine: isWhole, in: line)
    socket.inode = UInt32(truncatingIfNeeded: inode)
    socket.procNet = figures
    return socket
  }
}

extension ProcNetTable where Socket == PacketSocket {
  /// `/proc/net/packet`.
  package static var packet: ProcNetTable {
    ProcNetTable(name: "packet", header: "sk") { line, isWhole throws(ProcNetFault) in
      try ProcNet.packetSocket(line, isWhole: isWhole)
    }
  }
}
