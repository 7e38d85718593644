package import SockDiag

extension SSLines {
  /// The row of `ss -x`.
  package static func row(_ socket: UnixSocket) -> String {
    row([
      socket.netID, state(socket.state), queues(socket.queues), socket.name.map(name) ?? "*", "\(socket.inode)",
      "* \(socket.peer?.inode ?? 0)", socket.memory.map(memory), socket.shutdown.map(shutdown),
      socket.file.map(file), socket.waitingClients.map { clients in "peers:" + clients.map { " \($0)" }.joined() },
    ])
  }

  /// `ss` writes `@` for each NUL.
  private static func name(_ name: UnixSocketName) -> String {
    let bytes = name.isAbstract ? [0] + name.bytes : name.bytes
    return String(decoding: bytes.map { $0 == 0 ? UInt8(ascii: "@") : $0 }, as: UTF8.self)
  }

  /// `ss` reads the number of the device in the form that programs use, which is not the kernel's.
  private static func file(_ file: UnixSocket.File) -> String {
    let (major, minor) = (file.device >> 8 & 0xfff, file.device & 0xff | file.device >> 12 & 0xffff_ff00)
    return "ino:\(file.inode) dev:\(major)/\(minor)"
  }

  /// The columns of `ss -f netlink` after the state, which is always `UNCONN`. What follows them depends on the version
  /// of `ss`.
  package static func columns(_ socket: NetlinkSocket) -> String {
    // ss prints the number as a signed one.
    let end = { (group: UInt32, port: UInt32) in "\(group):\(Int32(bitPattern: port))" }
    return row([
      queues(socket.queues), end(UInt32(socket.protocol.rawValue), socket.portID),
      socket.isConnected ? end(socket.destinationGroup, socket.destinationPortID) : "*",
    ])
  }

  /// The row of `ss -0 -b`.
  package static func row(_ socket: PacketSocket, interfaces: [UInt32: String]) -> String {
    let link = socket.protocol == .all ? "*" : "[\(socket.protocol.rawValue)]"
    var filter: String?
    if case .program(let instructions) = socket.filter {
      filter = "bpf filter (\(instructions.count)): " + instructions.map { "\($0)," }.joined(separator: " ")
    }
    return row([
      socket.netID, state(socket.state), queues(socket.queues),
      link + ":" + interface(socket.interfaceIndex, interfaces), "*",
      details(inode: socket.inode, uid: socket.uid, socket.cookie),
      socket.info.map { "ver:\($0.ringVersion) cpy_thresh:\($0.copyThreshold) flags( \(flags($0.flags)) )" },
      socket.receiveRing.map { ring("rx", $0) }, socket.sendRing.map { ring("tx", $0) },
      socket.fanout.map { "fanout(id:\($0.id),type:\($0.method))" }, filter, socket.memory.map(memory),
    ])
  }

  private static func flags(_ flags: PacketSocket.Flags) -> String {
    let names: [(PacketSocket.Flags, String)] = [
      (.running, "running"), (.auxiliaryData, "auxdata"), (.originalDevice, "origdev"),
      (.virtualMachineHeader, "vnethdr"), (.loss, "loss"),
    ]
    return flags.isEmpty ? "0" : names.filter { flags.contains($0.0) }.map(\.1).joined(separator: " ")
  }

  private static func ring(_ name: String, _ ring: PacketSocket.Ring) -> String {
    "ring_\(name)(blk_size:\(ring.blockBytes),blk_nr:\(ring.blockCount),frm_size:\(ring.frameBytes),"
      + "frm_nr:\(ring.frameCount),tmo:\(ring.retireTimeoutMilliseconds),"
      + "features:0x\(String(ring.features, radix: 16)))"
  }

  /// The row of `ss --vsock`.
  package static func row(_ socket: VSockSocket) -> String {
    let end = { (address: VSockAddress) in
      (address.contextID == VSockAddress.anyContextID ? "*" : "\(address.contextID)") + ":"
        + (address.port == VSockAddress.anyPort ? "*" : "\(address.port)")
    }
    // ss does not know the type of seqpacket sockets.
    let kind = socket.type == .sequencedPacket ? "???" : socket.netID
    return row([kind, state(socket.state), queues(socket.queues), end(socket.local), end(socket.remote)])
  }

  /// The row of `ss --tipc --tipcinfo`.
  package static func row(_ socket: TIPCSocket) -> String {
    let types: [SocketType: String] = [
      .stream: "STREAM", .datagram: "DGRAM", .reliableDatagram: "RDM", .sequencedPacket: "SEQPACKET",
    ]
    let end = { (address: TIPCAddress) in "\(address.node):\(address.reference)" }
    let statistics = socket.statistics.map { statistics in
      let congestion = statistics.isLinkCongested ? "link" : statistics.isConnectionCongested ? "conn" : "none"
      return "cong:\(congestion) drop:\(statistics.drops.map(String.init) ?? "absent")"
    }
    return row([
      state(socket.state), queues(socket.queues), end(socket.local), socket.connection.map { end($0.peer) } ?? "-",
      socket.type.map { "type:\(types[$0] ?? "\($0)")" }, statistics, socket.hasPublications ? "publ" : nil,
      socket.connection?.service.map { "via {\($0.type),\($0.instance)}" },
    ])
  }

  /// The row of `ss --xdp`. `ss` asks for no memory of the socket and no user.
  package static func row(_ socket: XDPSocket, interfaces: [UInt32: String]) -> String {
    let entries = { (name: String, count: UInt32?) in count.map { "\(name)(entries:\($0))" } }
    let local = socket.queue.map { "\(interface($0.interfaceIndex, interfaces)):q\($0.number)" }
    return row([
      state(socket.state), queues(socket.queues), local ?? "*", "*",
      details(inode: socket.inode, uid: socket.uid, socket.cookie), entries("rx", socket.receiveRingEntries),
      entries("tx", socket.sendRingEntries), socket.userMemory.map(userMemory),
      entries("fr", socket.fillRingEntries), entries("cr", socket.completionRingEntries),
      socket.statistics.map(statistics),
    ])
  }

  /// `ss` writes a `t` before the name.
  private static func userMemory(_ memory: XDPSocket.UserMemory) -> String {
    "tumem(id:\(memory.id),size:\(memory.bytes),num_pages:\(memory.pageCount),chunk_size:\(memory.chunkBytes),"
      + "headroom:\(memory.headroomBytes),ifindex:\(memory.queue.interfaceIndex),qid:\(memory.queue.number),"
      + "zc:\(memory.flags.contains(.zeroCopy) ? 1 : 0),refs:\(memory.references))"
  }

  private static func statistics(_ figures: XDPSocket.Statistics) -> String {
    "stats(rx dropped:\(figures.receiveDropped),rx invalid:\(figures.receiveInvalid),"
      + "rx queue full:\(figures.receiveRingFull),rx fill ring empty:\(figures.fillRingEmpty),"
      + "tx invalid:\(figures.sendInvalid),tx ring empty:\(figures.sendRingEmpty))"
  }
}
