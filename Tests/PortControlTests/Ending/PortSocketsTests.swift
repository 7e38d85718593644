import SockDiag
import SockDiagTesting
import Testing

@testable import PortControl

/// The use of the sockets of a port.
struct PortSocketsTests {
  private static func sorted(_ state: SocketState, inode: UInt32, isUDP: Bool = false) -> [Int] {
    let socket = InetSocket.specimen(
      isUDP ? .udp : .tcp, state, local: "127.0.0.1:80", remote: "127.0.0.1:4000"
    ) { $0.inode = inode }
    let found = PortSockets([socket], of: PortSelection(80, [.tcp, .udp]))
    return [found.bound.count, found.connections.count, found.leftOver.count]
  }

  @Test func listenersAndBoundSocketsAreBound() {
    for state in [.listen, .boundInactive] as [SocketState] { #expect(Self.sorted(state, inode: 5) == [1, 0, 0]) }
    #expect(Self.sorted(.close, inode: 5, isUDP: true) == [1, 0, 0])
  }

  @Test func connectionsWithAProcessAreConnections() {
    for state in [.established, .closeWait, .finWait1, .synSent] as [SocketState] {
      #expect(Self.sorted(state, inode: 5) == [0, 1, 0], "\(state)")
    }
    #expect(Self.sorted(.established, inode: 5, isUDP: true) == [0, 1, 0])
  }

  @Test func recordsWithoutAProcessAreLeftOver() {
    for state in [.timeWait, .finWait1, .lastAcknowledgement] as [SocketState] {
      #expect(Self.sorted(state, inode: 0) == [0, 0, 1], "\(state)")
    }
  }

  /// They end with the listener.
  @Test func connectionsWithoutAProcessAreLeftToTheListener() {
    for state in [.established, .closeWait, .synReceived] as [SocketState] {
      #expect(Self.sorted(state, inode: 0) == [0, 0, 0], "\(state)")
    }
  }
}
