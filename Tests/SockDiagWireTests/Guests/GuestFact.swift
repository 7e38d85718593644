import Foundation
import SockDiagWire

/// What the program that made a socket knows about it: a line of `facts.ndjson`.
struct GuestFact: Decodable {
  var inode: UInt64
  /// The family of its address. An SMC socket has those of IPv4 and IPv6.
  var family: UInt8
  var type: UInt8
  /// The third argument of `socket`.
  var `protocol`: UInt32
  /// `SO_COOKIE`
  var cookie: UInt64
  /// `getsockname` and `getpeername`, in hexadecimal digits.
  var local: String?
  var peer: String?

  /// The captures that may contain the socket; the first that does counts.
  var questions: [String] {
    switch (AddressFamily(rawValue: family), type, `protocol`) {
    case (.unix, _, _): ["unix"]
    case (.netlink, _, _): ["netlink"]
    case (.packet, _, _): ["packet"]
    case (.vsock, _, _): ["vsock"]
    case (.xdp, _, _): ["xdp"]
    case (.tipc, _, _): ["tipc"]
    case (.smc, _, _): ["smc"]
    case (_, 3, _): ["raw"]
    case (_, _, 132): ["sctp"]
    case (_, _, 33): ["dccp"]
    case (_, _, 136): ["udplite"]
    case (_, 2, _): ["udp"]
    // A connection without MPTCP is a TCP socket, though it was accepted by an MPTCP socket.
    case (_, _, 262): ["mptcp", "tcp"]
    // The program does not know that a socket that it accepted is one of SMC.
    default: ["tcp", "smc"]
    }
  }
}

/// An address as programs see it: `struct sockaddr` of any family.
enum GuestAddress: Equatable {
  case inet(SocketAddress)
  /// No name: the address ends after the family.
  case unix(UnixSocketName?)
  /// The groups are the first 32, as bits.
  case netlink(portID: UInt32, groups: UInt32)
  case packet(LinkProtocol, interfaceIndex: UInt32)
  case vsock(VSockAddress)
  case tipc(TIPCAddress)

  /// Reads the bytes of an address; `nil` for a family that has none here.
  init?(hexadecimal text: String, isBigEndian: Bool) {
    let digits = Array(text.utf8)
    let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap { index in
      UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16)
    }
    func network(_ range: Range<Int>) -> UInt64 { bytes[range].reduce(0) { $0 << 8 | UInt64($1) } }
    func host(_ range: Range<Int>) -> UInt32 {
      UInt32((isBigEndian ? Array(bytes[range]) : bytes[range].reversed()).reduce(0 as UInt64) { $0 << 8 | UInt64($1) })
    }
    switch AddressFamily(rawValue: UInt8(truncatingIfNeeded: host(0..<2))) {
    case .inet:
      self = .inet(SocketAddress(IPAddress(v4: UInt32(network(4..<8))), port: UInt16(network(2..<4))))
    case .inet6:
      self = .inet(SocketAddress(IPAddress(v6: network(8..<16), network(16..<24)), port: UInt16(network(2..<4))))
    case .unix: self = .unix(UnixSocketName(sunPath: Array(bytes[2...])))
    case .netlink: self = .netlink(portID: host(4..<8), groups: host(8..<12))
    case .packet: self = .packet(LinkProtocol(rawValue: UInt16(network(2..<4))), interfaceIndex: host(4..<8))
    case .vsock: self = .vsock(VSockAddress(contextID: host(8..<12), port: host(4..<8)))
    case .tipc: self = .tipc(TIPCAddress(node: host(8..<12), reference: host(4..<8)))
    default: return nil
    }
  }
}

/// What a record says of the things that a program knows.
struct RecordedFact {
  var inode: UInt64
  var cookie: UInt64?
  var uid: UInt32?
  /// `nil` if the record does not say it.
  var type: UInt8?
  var `protocol`: UInt32?
  var local: GuestAddress?
  /// `nil` if there is none.
  var peer: GuestAddress?

  /// `nil` for a record of an unknown family.
  init?(_ socket: CapturedSocket) {
    switch socket {
    case .inet(let socket):
      self.init(socket, type: nil, protocol: UInt32(socket.ipProtocol ?? socket.protocol.rawValue))
      local = .inet(socket.local)
      // getpeername fails until there is a connection.
      peer = socket.remote.port == 0 || socket.state == .synSent ? nil : .inet(socket.remote)
    case .unix(let socket):
      self.init(socket, type: socket.type.rawValue, protocol: nil)
      local = .unix(socket.name)
      switch socket.peer?.name {
      case .named(let name): peer = .unix(name)
      case .unnamed: peer = .unix(nil)
      case .unknown, nil: break
      }
    case .netlink(let socket):
      self.init(socket, type: socket.type, protocol: UInt32(socket.protocol.rawValue))
      let bits = (socket.groups ?? []).reduce(UInt32(0)) { $0 | ($1 <= 32 ? 1 << ($1 - 1) : 0) }
      local = .netlink(portID: socket.portID, groups: bits)
      let group = socket.destinationGroup
      peer = .netlink(portID: socket.destinationPortID, groups: group == 0 ? 0 : 1 << (group - 1))
    case .packet(let socket):
      self.init(socket, type: socket.type.rawValue, protocol: UInt32(socket.protocol.rawValue))
      local = .packet(socket.protocol, interfaceIndex: socket.interfaceIndex)
    case .vsock(let socket):
      self.init(socket, type: socket.type.rawValue, protocol: nil)
      local = .vsock(socket.local)
      peer = socket.remote.port == VSockAddress.anyPort ? nil : .vsock(socket.remote)
    case .xdp(let socket): self.init(socket, type: socket.type.rawValue, protocol: nil)
    case .tipc(let socket):
      self.init(socket, type: socket.type?.rawValue, protocol: nil)
      local = .tipc(socket.local)
      peer = socket.connection.map { .tipc($0.peer) }
    case .smc(let socket):
      self.init(socket, type: nil, protocol: nil)
      local = .inet(socket.local)
      peer = socket.remote.port == 0 ? nil : .inet(socket.remote)
    case .unknown: return nil
    }
  }

  private init(_ socket: some KernelSocket, type: UInt8?, protocol: UInt32?) {
    inode = UInt64(socket.inode)
    cookie = socket.cookie?.rawValue
    uid = socket.uid
    (self.type, self.protocol) = (type, `protocol`)
  }
}
