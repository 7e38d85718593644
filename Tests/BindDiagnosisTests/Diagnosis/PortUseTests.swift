import SockDiag
import Testing

@testable import BindDiagnosis

/// The classification of sockets on a port.
struct PortUseTests {
  private static let kinds: [(String, SocketState, inode: UInt32, timer: SocketTimer.Kind?, PortUse, PortSocket.Role)] =
    [
      ("tcp", .listen, 5, nil, .listener, .listens), ("tcp", .boundInactive, 5, nil, .boundInactive, .bound),
      ("tcp", .close, 5, nil, .boundInactive, .bound), ("tcp", .established, 5, nil, .connection, .occupies),
      ("tcp", .closeWait, 5, nil, .connection, .occupies), ("tcp", .synSent, 5, nil, .outgoingConnection, .occupies),
      ("tcp", .synReceived, 5, nil, .connection, .occupies), ("tcp", .finWait2, 5, nil, .connection, .occupies),
      ("tcp", .established, 0, nil, .unaccepted, .occupies), ("tcp", .closeWait, 0, nil, .unaccepted, .occupies),
      ("tcp", .synReceived, 0, nil, .request, .request), ("tcp", .finWait1, 0, nil, .orphan, .occupies),
      ("tcp", .finWait2, 0, nil, .orphan, .occupies), ("tcp", .finWait2, 0, .timeWait, .timeWait, .timeWait),
      ("tcp", .lastAcknowledgement, 0, nil, .orphan, .occupies),
      ("tcp", .timeWait, 0, .timeWait, .timeWait, .timeWait), ("udp", .close, 5, nil, .datagram, .occupies),
      ("udp", .close, 0, nil, .datagram, .occupies), ("udp", .established, 5, nil, .connection, .occupies),
    ]

  @Test func everySocketHasOneUseAndAMatchingRole() throws {
    for (name, state, inode, timer, use, role) in Self.kinds {
      let socket = try InetSocket.specimen(name, state, inode: inode, timer: timer)
      #expect(PortUse(socket) == use, "\(socket)")
      #expect(PortSocket.Role(use) == role, "\(socket)")
      #expect(PortSocket(socket).role == role, "\(socket)")
    }
  }

  @Test func aConnectionFromAChoosablePortWithoutAServerIsOutgoing() throws {
    for name in ["tcp", "udp"] {
      let socket = try InetSocket.specimen(name, .established, inode: 5)
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
