import BindDiagnosis
import SockDiag
import Testing

/// How long a socket keeps its port.
struct PortReleaseTests {
  private func release(
    _ state: SocketState, _ timer: SocketTimer.Kind? = nil, milliseconds: UInt32 = 5000, inode: UInt32 = 0
  ) throws -> PortRelease {
    PortRelease(try .specimen("tcp", state, inode: inode, timer: timer, milliseconds: milliseconds))
  }

  @Test func timeWaitEndsWithItsTimer() throws {
    #expect(try release(.timeWait, .timeWait) == .after(.seconds(5)))
    #expect(try release(.timeWait, .timeWait, milliseconds: 0) == .after(.zero))
  }

  /// The peer may close before, and then TIME_WAIT takes a minute.
  @Test func finWait2MayStayLonger() throws {
    #expect(try release(.finWait2, .timeWait) == .afterOrLater(.seconds(5)))
    // If `tcp_fin_timeout` is longer than a minute, its first part is spent in another kind of socket.
    #expect(try release(.finWait2, .keepalive) == .afterOrLater(.seconds(5)))
  }

  @Test func socketOfAProcessHasNoReleaseTime() throws {
    #expect(try release(.listen, inode: 7) == .whenClosed)
    #expect(try release(.boundInactive, inode: 7) == .whenClosed)
    #expect(try release(.established, .keepalive, inode: 7) == .whenClosed)
    // Shut down for sending, with SO_KEEPALIVE.
    #expect(try release(.finWait2, .keepalive, inode: 7) == .whenClosed)
    #expect(try release(.closeWait, inode: 7) == .whenClosed)
  }

  @Test func otherConnectionsEndWhenThePeerAnswers() throws {
    for state in [SocketState.finWait1, .closing, .lastAcknowledgement] {
      #expect(try release(state, .retransmit) == .whenPeerAnswers)
    }
    #expect(try release(.finWait2) == .whenPeerAnswers)
    #expect(try release(.synReceived, .retransmit) == .whenPeerAnswers)
  }
}
