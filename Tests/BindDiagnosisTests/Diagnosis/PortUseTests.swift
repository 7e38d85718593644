import FoundationEssentials
import SockDiag
import Testing

@testable import BindDiagnosis

/// The one classification of a socket on a port.
struct PortUseTests {
  private static func socket(
    _ protocol: String, _ state: SocketState, inode: Int, timer: String? = nil
  ) throws -> InetSocket {
    let timer = timer.map { #","timer":{"kind":"\#($0)","expires_ms":9000,"retransmits":0}"# } ?? ""
    let text = """
      {"protocol":"\(`protocol`)","family":"inet","state":"\(state)","inode":\(inode),"receive_queue":0,"send_queue":0,
       "uid":0,"local":{"address":"127.0.0.1","port":8080},"remote":{"address":"127.0.0.1","port":9090}\(timer)}
      """
    return try JSONDecoder().decode(InetSocket.self, from: Data(text.utf8))
  }

  private static let kinds: [(String, SocketState, inode: Int, timer: String?, PortUse, PortHolder.Role)] = [
    ("tcp", .listen, 5, nil, .listener, .listens), ("tcp", .boundInactive, 5, nil, .boundInactive, .bound),
    ("tcp", .close, 5, nil, .boundInactive, .bound), ("tcp", .established, 5, nil, .connection, .occupies),
    ("tcp", .closeWait, 5, nil, .connection, .occupies), ("tcp", .synSent, 5, nil, .outgoingConnection, .occupies),
    ("tcp", .synReceived, 5, nil, .connection, .occupies), ("tcp", .finWait2, 5, nil, .connection, .occupies),
    ("tcp", .established, 0, nil, .unaccepted, .occupies), ("tcp", .closeWait, 0, nil, .unaccepted, .occupies),
    ("tcp", .synReceived, 0, nil, .request, .request), ("tcp", .finWait1, 0, nil, .orphan, .occupies),
    ("tcp", .finWait2, 0, nil, .orphan, .occupies), ("tcp", .finWait2, 0, "time-wait", .timeWait, .timeWait),
    ("tcp", .lastAcknowledgement, 0, nil, .orphan, .occupies),
    ("tcp", .timeWait, 0, "time-wait", .timeWait, .timeWait), ("udp", .close, 5, nil, .datagram, .occupies),
    ("udp", .close, 0, nil, .datagram, .occupies), ("udp", .established, 5, nil, .connection, .occupies),
  ]

  @Test func everyKindHasOneUseAndTheRoleFollows() throws {
    for (name, state, inode, timer, use, role) in Self.kinds {
      let socket = try Self.socket(name, state, inode: inode, timer: timer)
      #expect(PortUse(socket) == use, "\(socket)")
      #expect(PortHolder.Role(use) == role, "\(socket)")
      #expect(PortHolder(socket).role == role, "\(socket)")
    }
  }

  @Test func aConnectionFromAChoosablePortWithoutAServerIsOutgoing() throws {
    for name in ["tcp", "udp"] {
      let socket = try Self.socket(name, .established, inode: 5)
      #expect(PortUse(socket, hasListener: false, choosablePorts: [8080]) == .outgoingConnection)
      #expect(PortUse(socket, hasListener: true, choosablePorts: [8080]) == .connection)
      #expect(PortUse(socket, hasListener: false, choosablePorts: [80]) == .connection)
    }
  }

  @Test func listenersAndSocketsWithoutAPeerAreServers() {
    let all: [PortUse] = [
      .listener, .boundInactive, .connection, .outgoingConnection, .orphan, .timeWait, .request, .unaccepted, .datagram,
    ]
    #expect(all.filter(\.isServer) == [.listener, .datagram])
  }
}
