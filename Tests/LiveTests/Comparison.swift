import Glibc
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit

/// The differences between a socket as it was made and as the inspector reports it; empty if there are none.
func differences(_ socket: InetSocket, _ expected: ExpectedSocket) -> [String] {
  var found: [String] = []
  func compare<Value: Equatable>(_ name: String, _ value: Value?, _ wanted: Value?) {
    if let wanted, value != wanted { found.append("\(name): \(value.map { "\($0)" } ?? "absent"), expected \(wanted)") }
  }
  compare("protocol", socket.protocol.description, expected.protocol.rawValue)
  compare("state", socket.state.rawValue, expected.state.rawValue)
  compare("local", socket.local, SocketAddress(expected.local))
  // After a disconnect the kernel keeps the address of the last peer, without its port.
  if expected.state != .boundInactive { compare("remote", socket.remote, SocketAddress(expected.remote)) }
  compare("receive queue", Int(socket.receiveQueue), expected.receiveQueue)
  compare("send queue", Int(socket.sendQueue), expected.sendQueue)
  compare("timer", socket.timer?.kind, expected.timer.map(SocketTimer.Kind.init))
  compare("mark", socket.mark, expected.mark)
  compare("tos", socket.typeOfService, expected.tos)
  compare("traffic class", socket.trafficClass, expected.trafficClass)
  compare("congestion", socket.congestion, expected.congestion)
  compare("v6-only", socket.isV6Only, expected.isV6Only)
  compare("shutdown", socket.shutdown?.rawValue, expected.shutdown)
  compare("MD5 keys", socket.md5Keys.count, expected.md5KeyCount)
  compare("cgroup", socket.cgroupID, expected.cgroupID)
  // SAFETY: the string lives through the call.
  let index = (expected.device ?? expected.local.interface).map { unsafe if_nametoindex($0) }
  compare("interface", socket.interfaceIndex, index)
  compare("drops", socket.drops.map { $0 > 0 }, expected.hasDrops)
  compare("inode 0", socket.inode == 0, expected.isOrphan)
  if expected.timer == .timeWait, socket.uid != nil { found.append("a TIME_WAIT record has no owner") }
  if socket.cookie == nil { found.append("no cookie") }
  return found
}

/// Pairs each expected socket with a found one, and returns the sockets that are left over or differ.
func disagreements(_ sockets: [InetSocket], _ expected: [ExpectedSocket]) -> [String] {
  var rest = Dictionary(grouping: sockets) { [$0.local.description, $0.remote.port.description] }
  var complaints: [String] = []
  for wanted in expected {
    let identity = [SocketAddress(wanted.local).description, wanted.remote.port.description]
    let candidates = rest[identity] ?? []
    let found = candidates.map { differences($0, wanted) }
    if let index = found.firstIndex(of: []) {
      rest[identity]?.remove(at: index)
    } else {
      complaints.append("\(wanted.protocol) \(wanted.state) \(wanted.local) \(wanted.remote): \(found)")
    }
  }
  return complaints + rest.values.joined().map { "not expected: \($0)" }
}

extension SocketAddress {
  init(_ endpoint: LabEndpoint) {
    let address = endpoint.address
    self.init(
      address.isV6 ? IPAddress(v6: address.high, address.low) : IPAddress(v4: UInt32(address.low)), port: endpoint.port)
  }
}

extension SocketTimer.Kind {
  fileprivate init(_ timer: ExpectedSocket.Timer) {
    switch timer {
    case .retransmit: self = .retransmit
    case .keepAlive: self = .keepalive
    case .timeWait: self = .timeWait
    case .persist: self = .persist
    }
  }
}

extension SocketInspector {
  /// Every TCP and UDP socket, with all details.
  mutating func everything(family: AddressFamily? = nil) throws -> [InetSocket] {
    var sockets: [InetSocket] = []
    for (kind, states) in [(TransportProtocol.tcp, SocketStateSet.all.union(.boundInactive)), (.udp, .all)] {
      let dump = try dump(SocketQuery(kind, family: family, states: states, details: .all))
      guard dump.defects.isComplete else { throw IncompleteDump(defects: dump.defects) }
      sockets += dump.sockets
    }
    return sockets
  }
}

struct IncompleteDump: Error {
  var defects: DumpDefects
}
