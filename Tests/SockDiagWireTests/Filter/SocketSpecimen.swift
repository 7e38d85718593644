import SockDiagTesting
import SockDiagWire

/// A socket with everything that the kernel knows about it, including what no reply contains.
struct SocketSpecimen: Hashable {
  var `protocol` = TransportProtocol.tcp
  var state = SocketState.established
  /// TIME_WAIT, an orphan in FIN_WAIT2, a request in SYN_RECV: the kernel keeps little of these.
  var isMinisocket = false
  var local: SocketAddress
  var remote: SocketAddress
  var interface: UInt32 = 0
  var mark: UInt32 = 0
  var cgroup: UInt64 = 0
  var isAutobound = false
  var uid: UInt32 = 0
  var inode: UInt32 = 0
  var cookie: UInt64 = 1
  var queues: (receive: UInt32, send: UInt32) { (receiveQueue, sendQueue) }
  var receiveQueue: UInt32 = 0
  var sendQueue: UInt32 = 0
  /// Members of `tcp_info`; `nil` if they were not requested or the socket has none.
  var info: Info?

  /// The members of `tcp_info` that the tests compare.
  struct Info: Hashable {
    var smoothedRTT: UInt32
    var congestionWindow: UInt32
    var totalRetransmits: UInt32
    /// For kernels before 3.15 the structure ends between this member and the next.
    var pacingRate: UInt64
    var minimumRTT: UInt32
    var isOld: Bool
  }

  var family: AddressFamily { local.address.family }
}

extension SocketSpecimen {
  /// The facts that the kernel's filter examines.
  var entry: KernelEntry {
    KernelEntry(
      family: family.rawValue, local: local.address.bytes, remote: remote.address.bytes, localPort: local.port,
      remotePort: remote.port, interface: interface, mark: mark,
      // A minisocket is not a full socket, and `inet_diag_bc_sk` takes these two as 0 for it.
      isPortLocked: !isMinisocket && !isAutobound, cgroup: isMinisocket ? 0 : cgroup)
  }

  /// The facts that a reply contains.
  struct Telling: Hashable {
    /// For a reader with CAP_NET_ADMIN, since 4.9.
    var marks = true
    /// Since 5.8.
    var cgroups = true
  }

  /// The kernel's reply.
  func reply(_ telling: Telling) -> MessageBuilder {
    let isTimeWait = isMinisocket && state != .synReceived
    // The kernel replies with its own state, which differs from the one in the request.
    var message = MessageBuilder.socket(
      state == .boundInactive ? .close : state, family: family.rawValue, timer: (isTimeWait ? 3 : 0, 0), local: local,
      remote: remote, interface: interface, cookie: cookie, queues: queues, uid: isMinisocket ? 0 : uid,
      inode: isMinisocket ? 0 : inode)
    if telling.marks { message = message.attribute(15, mark) }
    if telling.cgroups, !isMinisocket { message = message.attribute(21, cgroup.memory) }
    if let info { message = message.attribute(2, info.bytes) }
    return message
  }

  /// The record that a reader gets.
  func record(_ telling: Telling = Telling()) throws -> InetSocket {
    try decode(reply(telling), as: `protocol`)
  }
}

extension SocketSpecimen.Info {
  /// The first members of `struct tcp_info`.
  fileprivate var bytes: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: isOld ? 104 : 192)
    func put(_ number: [UInt8], at offset: Int) {
      if offset + number.count <= bytes.count { bytes.replaceSubrange(offset..<offset + number.count, with: number) }
    }
    put(smoothedRTT.memory, at: 68)
    put(congestionWindow.memory, at: 80)
    put(totalRetransmits.memory, at: 100)
    put(pacingRate.memory, at: 104)
    put(minimumRTT.memory, at: 148)
    return bytes
  }
}
