import BindDiagnosis
import SockDiag
import Testing

/// The IPv4 address that the kernel stores for IPv6 sockets.
@Suite struct ShadowTests {
  private func outcome(_ request: BindRequest, _ sockets: [PortSocket]) -> BindPrediction.Outcome {
    BindRule.predict(request, beside: sockets, under: BindConditions()).bind
  }

  /// A socket that got an IPv6 address from connect(), which does not make it v6-only.
  private func socket(_ protocol: TransportProtocol, isV6Only: Bool? = false) -> PortSocket {
    var options = KnownOptions([], known: [.reuseAddress, .reusePort])
    options[.v6Only] = isV6Only
    return PortSocket(`protocol`, IPAddress(v6: 0, 1), .occupies, uid: 0, options: options)
  }

  @Test func udpComparesASpecificAddressWithTheShadow() {
    #expect(outcome(BindRequest(.udp, "127.0.0.6:7000", uid: 0), [socket(.udp)]) == .fails(.addressInUse))
    #expect(outcome(BindRequest(.udp, "127.0.0.5:7000", uid: 0), [socket(.udp)]) == .succeeds)
  }

  @Test func tcpComparesASpecificAddressWithinItsFamily() {
    #expect(outcome(BindRequest(.tcp, "127.0.0.6:7000", uid: 0), [socket(.tcp)]) == .succeeds)
    #expect(outcome(BindRequest(.tcp, "0.0.0.0:7000", uid: 0), [socket(.tcp)]) == .fails(.addressInUse))
  }

  @Test func mappedAddressIsComparedAsIPv6() {
    #expect(outcome(BindRequest(.udp, "[::ffff:127.0.0.6]:7000", uid: 0), [socket(.udp)]) == .succeeds)
  }

  @Test func shadowDependsOnV6Only() {
    let request = BindRequest(.udp, "127.0.0.6:7000", uid: 0)
    #expect(outcome(request, [socket(.udp, isV6Only: true)]) == .succeeds)
    #expect(outcome(request, [socket(.udp, isV6Only: nil)]) == .depends(on: .v6Only))
  }

  @Test func shadowMayBeMissedAmongManySockets() {
    let others = (1...10).map { PortSocket(.udp, IPAddress(v4: 0x7f00_0100 + $0), .occupies, uid: 0) }
    let specific = BindRequest(.udp, "127.0.0.6:7000", uid: 0)
    #expect(outcome(specific, others.dropLast() + [socket(.udp)]) == .fails(.addressInUse))
    #expect(outcome(specific, others + [socket(.udp)]) == .depends(on: .order))
    #expect(outcome(BindRequest(.udp, "0.0.0.0:7000", uid: 0), others + [socket(.udp)]) == .fails(.addressInUse))
  }
}
