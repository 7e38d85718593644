internal import Glibc

/// Packet sockets in the network namespace of the calling thread, open until the value ends.
package struct PacketSockets: ~Copyable {
  private var descriptors: [Int32] = []

  /// Why a socket could not be made.
  package struct Failure: Error {
    /// What failed.
    package let call: String
    /// Why.
    package let errno: Int32
  }

  /// Numbers of linux/if_ether.h, linux/if_packet.h and asm-generic/socket.h.
  private enum Number {
    static let allProtocols: UInt16 = 3
    static let ip: UInt16 = 0x0800
    static let arp: UInt16 = 0x0806
    /// A protocol without a name.
    static let experiment: UInt16 = 0x88b5
    static let solPacket: Int32 = 263
    static let addMembership: Int32 = 1
    static let receiveRing: Int32 = 5
    static let auxiliaryData: Int32 = 8
    static let originalDevice: Int32 = 9
    static let version: Int32 = 10
    static let reserve: Int32 = 12
    static let sendRing: Int32 = 13
    static let loss: Int32 = 14
    static let virtualHeader: Int32 = 15
    static let fanout: Int32 = 18
    static let attachFilter: Int32 = 26
  }

  /// Opens sockets of both types, bound and unbound, with rings of two versions, in two fanout groups, with memberships,
  /// options and a filter.
  ///
  /// - Parameter interface: The index of the interface to bind to.
  package init(on interface: UInt32) throws(Failure) {
    _ = try open(.raw, Number.allProtocols)
    _ = try open(.datagram, Number.arp, on: interface)
    _ = try open(.raw, 0)
    let newest = try open(.raw, Number.allProtocols, on: interface)
    try set(newest, Number.version, [2])
    try set(newest, Number.receiveRing, [65_536, 2, 2048, 64, 60, 0, 0])
    let older = try open(.raw, Number.ip)
    try set(older, Number.version, [1])
    try set(older, Number.reserve, [16])
    try set(older, Number.receiveRing, [4096, 4, 2048, 8])
    try set(older, Number.sendRing, [4096, 2, 1024, 8])
    for method: UInt32 in [1, 1, 3] {
      let member = try open(.raw, Number.ip, on: interface)
      try set(member, Number.fanout, [(method == 1 ? 7 : 8) | method << 16])
    }
    let options = try open(.datagram, Number.experiment)
    for option in [Number.auxiliaryData, Number.originalDevice, Number.loss] { try set(options, option, [1]) }
    let virtual = try open(.raw, Number.allProtocols, on: interface)
    try set(virtual, Number.virtualHeader, [1])
    let joined = try open(.raw, Number.allProtocols)
    // Promiscuous, twice; all multicast; and one address of six bytes.
    for (kind, address) in [(1, [0, 0]), (1, [0, 0]), (2, [0, 0]), (0, [0x005e_0001, 0x0000_0100])]
      as [(UInt32, [UInt32])]
    {
      let kindAndLength = kind.littleEndian | (kind == 0 ? UInt32(6) << 16 : 0)
      try set(joined, Number.addMembership, [interface, kindAndLength] + address)
    }
    try attachFilter(try open(.raw, Number.allProtocols))
  }

  deinit { for descriptor in descriptors { close(descriptor) } }

  private enum Kind: Int32 { case datagram = 2, raw = 3 }

  private mutating func open(
    _ kind: Kind, _ protocol: UInt16, on interface: UInt32? = nil
  ) throws(Failure) -> Int32 {
    let descriptor = socket(
      AF_PACKET, kind.rawValue | Int32(SOCK_CLOEXEC.rawValue), Int32(`protocol`.bigEndian))
    guard descriptor >= 0 else { throw Failure(call: "socket", errno: errno) }
    descriptors.append(descriptor)
    guard let interface else { return descriptor }
    // `struct sockaddr_ll`: the family, the protocol in network order, the interface, and an address that is not used.
    let address: [UInt32] = [
      UInt32(AF_PACKET).littleEndian | UInt32(`protocol`.bigEndian) << 16, interface, 0, 0, 0,
    ]
    // SAFETY: the call reads the bytes of the array during the call, with their length.
    let result = unsafe address.withUnsafeBytes {
      unsafe bind(
        descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
    }
    guard result == 0 else { throw Failure(call: "bind", errno: errno) }
    return descriptor
  }

  private func set(_ descriptor: Int32, _ option: Int32, _ words: [UInt32]) throws(Failure) {
    // SAFETY: the call reads the bytes of the array during the call, with their length.
    let result = unsafe words.withUnsafeBytes {
      unsafe setsockopt(descriptor, Number.solPacket, option, $0.baseAddress, socklen_t($0.count))
    }
    guard result == 0 else { throw Failure(call: "setsockopt \(option)", errno: errno) }
  }

  /// Attaches a program of three instructions that takes 96 bytes of ARP packets.
  private func attachFilter(_ descriptor: Int32) throws(Failure) {
    // Each is `struct sock_filter`: the code, the two jumps and the operand.
    let program: [UInt64] = [
      Self.instruction(0x28, 0, 0, 12), Self.instruction(0x15, 0, 1, 0x0806), Self.instruction(0x06, 0, 0, 96),
      Self.instruction(0x06, 0, 0, 0),
    ]
    // SAFETY: the program and the structure that points to it live through the call, which copies them.
    let result = unsafe program.withUnsafeBytes { instructions in
      // `struct sock_fprog`: the number of instructions, padding, and the address of the first one.
      let structure = [UInt(program.count).littleEndian, UInt(bitPattern: instructions.baseAddress)]
      return unsafe structure.withUnsafeBytes {
        unsafe setsockopt(descriptor, SOL_SOCKET, Number.attachFilter, $0.baseAddress, socklen_t($0.count))
      }
    }
    guard result == 0 else { throw Failure(call: "SO_ATTACH_FILTER", errno: errno) }
  }

  private static func instruction(_ code: UInt16, _ ifTrue: UInt8, _ ifFalse: UInt8, _ operand: UInt32) -> UInt64 {
    let memory =
      UInt64(code.littleEndian) | UInt64(ifTrue) << 16 | UInt64(ifFalse) << 24 | UInt64(operand.littleEndian) << 32
    return memory.littleEndian
  }
}
