import SockDiag

/// Sockets of rare families, with every member that a record can have, and with none.
enum RareSockets {
  private static let memory = SocketMemory(receiveAllocated: 1, receiveBuffer: 2, backlog: 3, drops: 4)
  private static let unknown = [UnknownAttribute(type: 99, payload: [1, 2])]

  static var packet: [PacketSocket] {
    var socket = PacketSocket()
    socket.protocol = LinkProtocol(rawValue: 0x0806)
    var info = PacketSocket.Info()
    info.interfaceIndex = 1
    info.flags = PacketSocket.Flags(rawValue: 0xff)
    socket.info = info
    socket.uid = 0
    socket.cookie = SocketCookie(rawValue: 1)
    socket.memberships = [
      PacketSocket.Membership(interfaceIndex: 1, count: 1, kind: .promiscuous, address: []),
      PacketSocket.Membership(interfaceIndex: 1, count: 2, kind: .multicast, address: [1, 2, 3, 4, 5, 6]),
    ]
    socket.receiveRing = PacketSocket.Ring()
    socket.sendRing = PacketSocket.Ring()
    socket.fanout = PacketSocket.Fanout(id: 7, method: .hash)
    socket.filter = .program([ClassicBPFInstruction(code: 6, jumpIfTrue: 0, jumpIfFalse: 0, operand: 96)])
    socket.memory = memory
    var procNet = ProcNetFigures()
    (procNet.receiveAllocated, procNet.interfaceIndex, procNet.isRunning) = (768, 1, true)
    socket.procNet = procNet
    socket.unknownAttributes = unknown
    var hidden = PacketSocket()
    hidden.filter = .hidden
    return [socket, hidden]
  }

  static var vsock: [VSockSocket] {
    var socket = VSockSocket()
    socket.state = .established
    socket.local = VSockAddress(contextID: VSockAddress.host, port: 1024)
    socket.remote = VSockAddress(contextID: 3, port: 70_000)
    socket.cookie = SocketCookie(rawValue: 1)
    socket.shutdown = [.receive, .send]
    socket.unknownAttributes = unknown
    return [socket, VSockSocket()]
  }

  static var xdp: [XDPSocket] {
    var socket = XDPSocket()
    socket.queue = XDPSocket.DeviceQueue(interfaceIndex: 1, number: 3)
    socket.uid = 0
    socket.cookie = SocketCookie(rawValue: 1)
    (socket.receiveRingEntries, socket.sendRingEntries) = (16, 32)
    (socket.fillRingEntries, socket.completionRingEntries) = (64, 128)
    var userMemory = XDPSocket.UserMemory()
    userMemory.flags = [.zeroCopy]
    socket.userMemory = userMemory
    socket.memory = memory
    socket.statistics = XDPSocket.Statistics()
    socket.unknownAttributes = unknown
    return [socket, XDPSocket()]
  }

  static var tipc: [TIPCSocket] {
    var socket = TIPCSocket()
    socket.type = .sequencedPacket
    socket.reportedState = .established
    var connection = TIPCSocket.Connection()
    connection.service = TIPCSocket.Service(type: 18_888, instance: 1)
    socket.connection = connection
    socket.hasPublications = true
    var statistics = TIPCSocket.Statistics()
    (statistics.receivedMessages, statistics.unsentMessages, statistics.drops) = (1, 2, 3)
    socket.statistics = statistics
    var group = TIPCSocket.Group()
    (group.id, group.instance, group.nextBroadcast) = (1, 2, 3)
    socket.group = group
    socket.uid = 0
    socket.cookie = SocketCookie(rawValue: 1)
    socket.unknownAttributes = unknown
    socket.unknownMessageAttributes = unknown
    return [socket, TIPCSocket()]
  }

  static var smc: [SMCSocket] {
    var socket = SMCSocket()
    socket.smcState = .active
    socket.local = "127.0.0.1:1700"
    socket.remote = "192.0.2.9:39458"
    socket.interfaceIndex = 1
    socket.uid = 0
    socket.cookie = SocketCookie(rawValue: 1)
    socket.shutdown = [.send]
    socket.fallback = SMCSocket.Fallback(reason: .noDevice, peerReason: .peerWithoutSMC)
    socket.connection = SMCSocket.Connection()
    socket.link = SMCSocket.Link()
    var memoryBuffer = SMCSocket.MemoryBuffer()
    memoryBuffer.extensions = SMCSocket.MemoryBuffer.Extensions(peerGID: 1, localGID: 2)
    socket.memoryBuffer = memoryBuffer
    socket.unknownAttributes = unknown
    var other = SMCSocket()
    other.longInode = 1 << 40
    return [socket, other]
  }
}
