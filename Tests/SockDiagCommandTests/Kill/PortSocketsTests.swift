import SockDiag
import Testing

@testable import SockDiagCommand

/// The use of the sockets of a port, as `kill` sees it.
struct PortSocketsTests {
  private static func socket(_ state: String, inode: Int, isUDP: Bool = false) throws -> InetSocket {
    try Samples.socket(
      """
      {"protocol":"\(isUDP ? "udp" : "tcp")","family":"inet","state":"\(state)",\
      "local":{"address":"127.0.0.1","port":80},"remote":{"address":"127.0.0.1","port":4000},"inode":\(inode),"uid":0,\
      "receive_queue":0,"send_queue":0}
      """)
  }

  private static func sorted(_ socket: InetSocket) throws -> [Int] {
    let selection = PortSelection(port: try PortArgument(parsing: "80"), transports: [.tcp, .udp])
    let found = PortSockets([socket], of: selection)
    return [found.bound.count, found.connections.count, found.leftOver.count]
  }

  @Test func listenersAndBoundSocketsAreBound() throws {
    for state in ["listen", "bound-inactive"] { #expect(try Self.sorted(Self.socket(state, inode: 5)) == [1, 0, 0]) }
    #expect(try Self.sorted(Self.socket("close", inode: 5, isUDP: true)) == [1, 0, 0])
  }

  @Test func connectionsWithAProcessAreConnections() throws {
    for state in ["established", "close-wait", "fin-wait-1", "syn-sent"] {
      #expect(try Self.sorted(Self.socket(state, inode: 5)) == [0, 1, 0], "\(state)")
    }
    #expect(try Self.sorted(Self.socket("established", inode: 5, isUDP: true)) == [0, 1, 0])
  }

  @Test func recordsWithoutAProcessAreLeftOver() throws {
    for state in ["time-wait", "fin-wait-1", "last-ack"] {
      #expect(try Self.sorted(Self.socket(state, inode: 0)) == [0, 0, 1], "\(state)")
    }
  }

  /// They end with the listener.
  @Test func connectionsWithoutAProcessAreLeftToTheListener() throws {
    for state in ["established", "close-wait", "syn-recv"] {
      #expect(try Self.sorted(Self.socket(state, inode: 0)) == [0, 0, 0], "\(state)")
    }
  }
}
