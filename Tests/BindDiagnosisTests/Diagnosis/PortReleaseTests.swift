import BindDiagnosis
import SockDiag
import Testing

/// Until when a socket keeps its port.
struct PortReleaseTests {
  private func release(
    _ state: SocketState, _ timer: SocketTimer.Kind? = nil, milliseconds: UInt32 = 5000, inode: UInt32 = 0
  ) -> PortRelease {
    var socket = InetSocket()
    socket.protocol = .tcp
    socket.state = state
    socket.inode = inode
    socket.timer = timer.map { SocketTimer($0, expiresMilliseconds: milliseconds, retransmits: 0) }
    return PortRelease(socket)
  }

  @Test func timeWaitGoesWithItsTimer() {
    #expect(release(.timeWait, .timeWait) == .after(.seconds(5)))
    #expect(release(.timeWait, .timeWait, milliseconds: 0) == .after(.zero))
  }

  /// The peer may end its side before, and then there is a minute in TIME_WAIT.
  @Test func finWait2MayStayLonger() {
    #expect(release(.finWait2, .timeWait) == .afterOrLater(.seconds(5)))
    // Where `tcp_fin_timeout` is more than a minute, its first part is slept out in another form.
    #expect(release(.finWait2, .keepalive) == .afterOrLater(.seconds(5)))
  }

  @Test func processesLetGoWhenTheyWant() {
    #expect(release(.listen, inode: 7) == .whenClosed)
    #expect(release(.boundInactive, inode: 7) == .whenClosed)
    #expect(release(.established, .keepalive, inode: 7) == .whenClosed)
    // Shut down for sending, with SO_KEEPALIVE.
    #expect(release(.finWait2, .keepalive, inode: 7) == .whenClosed)
    #expect(release(.closeWait, inode: 7) == .whenClosed)
  }

  @Test func othersGoWhenThePeerAnswers() {
    for state in [SocketState.finWait1, .closing, .lastAck] {
      #expect(release(state, .retransmit) == .whenPeerAnswers)
    }
    #expect(release(.finWait2) == .whenPeerAnswers)
    #expect(release(.synReceived, .retransmit) == .whenPeerAnswers)
  }
}
