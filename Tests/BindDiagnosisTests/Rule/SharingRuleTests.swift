import SockDiag
import Testing

@testable import BindDiagnosis

/// Conditions for sharing other than the two options: unmapped users, programs, VRFs.
@Suite struct SharingRuleTests {
  private static let anyAddress = IPAddress(v4: 0x7f00_0001)

  private func effect(
    _ socket: PortSocket, _ options: BindOptions = .reusePort, uid: UInt32, ambiguous: UInt32? = nil,
    _ protocol: TransportProtocol = .tcp
  ) -> SocketEffect {
    var request = BindRequest(`protocol`, "127.0.0.1:8080", options: options, uid: uid)
    request.ambiguousUID = ambiguous
    return BindRule.effect(of: socket, on: request)
  }

  private func socket(
    _ role: PortSocket.Role = .listens, uid: UInt32?, _ protocol: TransportProtocol = .tcp
  ) -> PortSocket {
    PortSocket(`protocol`, Self.anyAddress, role, uid: uid, options: KnownOptions([.reusePort], known: .reuseAddress))
  }

  @Test func unknownUserNumberMayStandForTwoUsers() {
    #expect(effect(socket(uid: 65534), uid: 65534, ambiguous: 65534) == .depends(on: .uid))
    // If every user has a number, no two users look the same.
    #expect(effect(socket(uid: 65534), uid: 65534) == .harmless(.sharesReusePort))
    #expect(effect(socket(.occupies, uid: 65534, .udp), uid: 65534, ambiguous: 65534, .udp) == .depends(on: .uid))
  }

  @Test func knownUserDiffersFromUnknownUsers() {
    for (own, other) in [(UInt32(0), UInt32(65534)), (65534, 0), (1000, 65534)] {
      guard case .blocks(let reason) = effect(socket(uid: other), uid: own, ambiguous: 65534) else {
        Issue.record("\(own) beside \(other)")
        continue
      }
      #expect(reason.reusePort == .otherUser)
    }
    #expect(effect(socket(uid: 0), uid: 0, ambiguous: 65534) == .harmless(.sharesReusePort))
  }

  @Test func userOfATimeWaitRecordDoesNotMatter() {
    #expect(effect(socket(.timeWait, uid: nil), uid: 65534, ambiguous: 65534) == .harmless(.sharesReusePort))
  }

  /// Two overlapping listeners belong to one user, whatever its number.
  @Test func listenersOfUnknownUsersStillImplySharing() {
    var sockets = [1, 2].map { _ in PortSocket(.tcp, Self.anyAddress, .listens, uid: 65534) }
    OptionInference.apply(to: &sockets)
    #expect(sockets.allSatisfy { $0.options[.reusePort] == true })
  }

  @Test(arguments: [TransportProtocol.tcp, .udp]) func socketWithAProgramJoinsNoGroup(_ protocol: TransportProtocol) {
    let role: PortSocket.Role = `protocol` == .tcp ? .listens : .occupies
    let options: BindOptions = [.reusePort, .reusePortProgram]
    guard case .blocks(let reason) = effect(socket(role, uid: 0, `protocol`), options, uid: 0, `protocol`) else {
      Issue.record("it joins")
      return
    }
    #expect(reason.reusePort == .requestHasProgram)
    // SO_REUSEADDR does not depend on the user.
    let both = PortSocket(
      `protocol`, Self.anyAddress, .occupies, uid: 0, options: KnownOptions([.reusePort, .reuseAddress]))
    #expect(
      effect(both, options.union(.reuseAddress), uid: 0, `protocol`) == .harmless(.sharesReuseAddress))
  }

  @Test func tcpSeparatesThePortsOfEachVRF() {
    func effect(_ own: UInt32, _ other: UInt32, _ protocol: TransportProtocol = .tcp) -> SocketEffect {
      var request = BindRequest(`protocol`, "127.0.0.1:8080", uid: 0, interfaceIndex: own == 0 ? 0 : own + 100)
      request.routingDomain = own
      let socket = PortSocket(
        `protocol`, Self.anyAddress, .occupies, interfaceIndex: other == 0 ? 0 : other + 100, routingDomain: other,
        uid: 0,
        options: KnownOptions(known: [.reuseAddress, .reusePort]))
      return BindRule.effect(of: socket, on: request)
    }
    for (own, other) in [(UInt32(7), UInt32(0)), (0, 7), (7, 8)] {
      #expect(effect(own, other) == .harmless(.otherRoutingDomain))
    }
    for one in [UInt32(0), 7] {
      if case .harmless = effect(one, one) { Issue.record("\(one) beside itself") }
    }
    // If the socket's interface is not known, its VRF is not known either.
    var request = BindRequest(.tcp, "127.0.0.1:8080", uid: 0, interfaceIndex: 107)
    request.routingDomain = 7
    var socket = PortSocket(
      .tcp, Self.anyAddress, .occupies, uid: 0, options: KnownOptions(known: [.reuseAddress, .reusePort]))
    socket.isInterfaceKnown = false
    #expect(BindRule.effect(of: socket, on: request) == .depends(on: .interface))
    // UDP compares interfaces, and no interface matches every interface.
    if case .harmless = effect(7, 0, .udp) { Issue.record("UDP knows VRFs") }
    #expect(effect(7, 8, .udp) == .harmless(.otherInterface))
  }

  @Test func membersBelongToTheirVRF() {
    let domains = RoutingDomains([
      NetworkInterface(index: 1, name: "lo"), NetworkInterface(index: 2, name: "red", kind: "vrf"),
      NetworkInterface(index: 3, name: "eth0", master: 2), NetworkInterface(index: 4, name: "br0", kind: "bridge"),
      NetworkInterface(index: 5, name: "eth1", master: 4),
    ])
    #expect((0...6).map { domains[$0] } == [0, 0, 2, 2, 0, 0, 0])
  }

  @Test func chosenPortIsSharedOnlyInTheLastSearch() {
    func outcome(
      _ own: BindOptions, _ other: KnownOptions, _ role: PortSocket.Role = .occupies, shares: Bool = true,
      uid: UInt32 = 0
    ) -> BindPrediction.Outcome {
      var conditions = BindConditions(ephemeralPorts: 40000...40000)
      conditions.sharesChosenPorts = shares
      let socket = PortSocket(.tcp, Self.anyAddress, role, uid: 0, options: other)
      return BindRule.predict(
        BindRequest(.tcp, "127.0.0.1:0", options: own, uid: uid), choosingAmong: [40000: [socket]], under: conditions
      ).prediction.bind
    }
    let both: BindOptions = [.reuseAddress, .reusePort]
    let address = KnownOptions(.reuseAddress, known: both)
    #expect(outcome(.reuseAddress, address) == .succeeds)
    #expect(outcome(.reuseAddress, address, shares: false) == .fails(.addressInUse))
    #expect(outcome(.reuseAddress, address, .listens) == .fails(.addressInUse))
    #expect(outcome([], address) == .fails(.addressInUse))
    #expect(outcome(.reuseAddress, KnownOptions(known: both)) == .fails(.addressInUse))
    #expect(outcome(.reuseAddress, KnownOptions(known: .reusePort)) == .depends(on: .reuseAddress))
    // A socket that could share by SO_REUSEPORT does not share by SO_REUSEADDR, and not by SO_REUSEPORT either.
    #expect(outcome(both, KnownOptions(both)) == .fails(.addressInUse))
    #expect(outcome(both, KnownOptions(both), .timeWait) == .fails(.addressInUse))
    #expect(outcome(both, KnownOptions(both), uid: 1) == .succeeds)
    #expect(outcome(both, address) == .succeeds)
    #expect(outcome(both.union(.reusePortProgram), KnownOptions(both)) == .succeeds)
    #expect(outcome(both, KnownOptions(.reuseAddress)) == .depends(on: .reusePort))
    #expect(outcome(both, KnownOptions(.reusePort)) == .fails(.addressInUse))
  }

  @Test func socketBoundsAreLimitedByTheNamespace() {
    let ports = UInt16(50000)...UInt16(50010)
    func narrow(_ lowest: UInt16, _ highest: UInt16) -> ClosedRange<UInt16> {
      PortBounds(lowest: lowest, highest: highest).narrow(ports)
    }
    #expect(narrow(50002, 50004) == 50002...50004)
    #expect(narrow(0, 50003) == 50000...50003)
    #expect(narrow(50005, 0) == 50005...50010)
    #expect(narrow(40000, 40005) == ports)
    #expect(narrow(49000, 50001) == 50000...50001)
    #expect(narrow(50010, 50010) == 50010...50010)
  }

  // MARK: The memory of older kernels

  /// Before Linux 6.8 the kernel remembers of a port that all its sockets had SO_REUSEADDR at their bind(). Then one more
  /// may bind, even if a socket has unset the option since (measured on 5.10 and 6.1). On 6.12, 6.18 and 7.2 it may not.
  @Test(arguments: [false, true]) func olderKernelRemembersThatAddressesWereReused(isOld: Bool) {
    let conditions = BindConditions(remembersReuseAddress: isOld)
    func predict(
      _ options: BindOptions, _ roles: PortSocket.Role..., protocol: TransportProtocol = .tcp
    ) -> BindPrediction {
      let unset = KnownOptions([], known: [.reuseAddress, .reusePort])
      let sockets = roles.map { PortSocket(`protocol`, Self.anyAddress, $0, uid: 0, options: unset) }
      return BindRule.predict(
        BindRequest(`protocol`, "127.0.0.1:8080", options: options, uid: 0), beside: sockets, under: conditions)
    }
    for role in [PortSocket.Role.bound, .occupies, .timeWait] {
      let prediction = predict(.reuseAddress, role)
      #expect(prediction.bind == .fails(.addressInUse))
      #expect(prediction.caveats == (isOld ? .reuseAddressMemory : []), "\(role)")
    }
    // It ends with a listen(), matters only to a request with the option, and only to TCP.
    #expect(predict(.reuseAddress, .bound, .listens).caveats == [])
    #expect(predict([], .bound).caveats == [])
    #expect(predict(.reuseAddress, .occupies, protocol: .udp).caveats == [])
  }
}
