import BindDiagnosis
import SockDiag
import Testing

/// Errors other than EADDRINUSE, in the cases that were measured without any other socket.
@Suite struct BindErrorTests {
  /// The setup of the measurement apart from the request, from the words of its note.
  private func circumstances(_ one: BindCase) -> (BindRequest, BindConditions) {
    var (request, conditions) = (one.request, BindConditions())
    request.mayBindPrivilegedPorts = request.uid == 0
    let address = request.local.address
    conditions.isAddressLocal = !["192.0.2.1", "2001:db8::1"].contains(address.description)
    let note = one.note
    if note.contains("FREEBIND") { request.options.insert(.freebind) }
    if note.contains("nonlocal_bind=1") { conditions.allowsNonlocalBind = true }
    if note.contains("ip_unprivileged_port_start=80") { conditions.unprivilegedPortStart = 80 }
    if note.contains("IPV6_V6ONLY") { request.options.insert(.v6Only) }
    if note.contains("ip_local_reserved_ports") { conditions.reservedPorts = [request.local.port] }
    if note.contains("bad scope") {
      request.scopeID = 9999
      conditions.isInterfaceKnown = false
    }
    return (request, conditions)
  }

  @Test func firstErrorIsThatOfTheKernel() throws {
    let cases = try BindCase.measured().filter { $0.group == "errors" }
    #expect(cases.count >= 21)
    for one in cases {
      let (request, conditions) = circumstances(one)
      let prediction = BindRule.predict(request, beside: [], under: conditions)
      let expected: BindPrediction.Outcome =
        switch one.bind {
        case "OK": .succeeds
        case "EACCES": .fails(.accessDenied)
        case "EADDRNOTAVAIL": .fails(.addressNotAvailable)
        case "ENODEV": .fails(.noSuchDevice)
        default: .fails(.invalidArgument)
        }
      #expect(prediction.bind == expected, "\(one)")
      if one.listen == "OK" { #expect(prediction.listen == .succeeds, "\(one)") }
    }
  }

  @Test func addressErrorsComeBeforeConflicts() {
    let socket = PortSocket(.tcp, IPAddress(v4: 0), .listens, uid: 0)
    let request = BindRequest(.tcp, "192.0.2.1:80", uid: 0)
    let prediction = BindRule.predict(request, beside: [socket], under: BindConditions(isAddressLocal: false))
    #expect(prediction.bind == .fails(.addressNotAvailable))
    #expect(prediction.effects.isEmpty)
  }

  /// Rows for bind with a range of four ports; the note says how the ports were used up. (Other rows of the group are
  /// about connect(), which the rule does not cover.)
  @Test func port0FailsWhenEveryPortOfTheRangeHasAnOverlappingSocket() throws {
    let cases = try BindCase.measured().filter { $0.group == "ephemeral" && $0.note.hasPrefix("bind(127.0.0.1,0)") }
    #expect(cases.count == 20)
    let conditions = BindConditions(ephemeralPorts: 40000...40003)
    for one in cases {
      let isUsedUp = one.note.contains("outgoing connections") || one.note.contains("same situation")
      var request = one.request
      if one.note.contains("SO_REUSEADDR") { request.options.insert(.reuseAddress) }
      if one.note.contains("SO_REUSEPORT") { request.options.insert(.reusePort) }
      if one.note.contains("NO_PORT") { request.options.insert(.bindAddressNoPort) }
      let count = isUsedUp ? 4 : min(4, Int(one.note.suffix(1)).map { $0 - 1 } ?? 0)
      var ports: [UInt16: [PortSocket]] = [:]
      for port in UInt16(40000)..<UInt16(40000 + count) {
        ports[port] = [
          PortSocket(
            .tcp, IPAddress(v4: 0x7f00_0001), isUsedUp ? .occupies : .bound, uid: 0,
            options: KnownOptions(request.options))
        ]
      }
      let (prediction, free) = BindRule.predict(request, choosingAmong: ports, under: conditions)
      #expect(prediction.bind == (one.bind == "OK" ? .succeeds : .fails(.addressInUse)), "\(one)")
      if one.note.contains("NO_PORT") { #expect(prediction.listen == .fails(.addressInUse), "\(one)") }
      #expect(free == 4 - count, "\(one)")
    }
  }

  @Test func linkLocalMulticastGroupNeedsAnInterface() {
    func outcome(_ address: SocketAddress, scope: UInt32, isKnown: Bool = true) -> BindPrediction.Outcome {
      let request = BindRequest(.udp, address, uid: 0, scopeID: scope)
      return BindRule.predict(request, beside: [], under: BindConditions(isInterfaceKnown: isKnown)).bind
    }
    for address: SocketAddress in ["[ff01::1]:7000", "[ff02::1]:7000", "[ff12::1]:7000"] {
      #expect(outcome(address, scope: 0) == .fails(.invalidArgument))
      #expect(outcome(address, scope: 9, isKnown: false) == .fails(.noSuchDevice))
      #expect(outcome(address, scope: 1) == .succeeds)
    }
    #expect(outcome("[ff0e::1]:7000", scope: 0) == .succeeds)
  }

  /// Measured: unlike TCP, UDP may choose a port that it shares.
  @Test func udpMayChooseASharedPort() {
    let conditions = BindConditions(ephemeralPorts: 40000...40000)
    func outcome(_ protocol: TransportProtocol, _ own: BindOptions, _ others: [BindOptions], uid: UInt32 = 0)
      -> BindPrediction.Outcome
    {
      let sockets = others.map { options in
        PortSocket(
          `protocol`, IPAddress(v4: 0x7f00_0001), .occupies, uid: 0,
          options: KnownOptions(options, known: [.reuseAddress, .reusePort]))
      }
      let request = BindRequest(`protocol`, "127.0.0.1:0", options: own, uid: uid)
      return BindRule.predict(request, choosingAmong: [40000: sockets], under: conditions).prediction.bind
    }
    for option: BindOptions in [.reuseAddress, .reusePort] {
      #expect(outcome(.udp, option, [option]) == .succeeds)
      #expect(outcome(.tcp, option, [option]) == .fails(.addressInUse))
      #expect(outcome(.udp, option, [[]]) == .fails(.addressInUse))
    }
    #expect(outcome(.udp, .reusePort, [.reusePort], uid: 1) == .fails(.addressInUse))
    #expect(outcome(.udp, .reusePort, [.reusePort, []]) == .fails(.addressInUse))
  }

  /// Measured: of three ports the last is never tried; of five, the first or the last is not.
  @Test func oneEndOfAnOddRangeIsSkipped() {
    func outcome(_ ports: ClosedRange<UInt16>, free: Set<UInt16>, _ options: BindOptions = [])
      -> BindPrediction.Outcome
    {
      let socket = PortSocket(
        .tcp, IPAddress(v4: 0x7f00_0001), .bound, uid: 0, options: KnownOptions([], known: [.reuseAddress, .reusePort]))
      let taken = ports.filter { !free.contains($0) }.map { ($0, [socket]) }
      return BindRule.predict(
        BindRequest(.tcp, "127.0.0.1:0", options: options, uid: 0),
        choosingAmong: Dictionary(uniqueKeysWithValues: taken), under: BindConditions(ephemeralPorts: ports)
      ).prediction.bind
    }
    #expect(outcome(40000...40002, free: [40002]) == .fails(.addressInUse))
    #expect(outcome(40000...40002, free: [40000]) == .succeeds)
    #expect(outcome(40000...40004, free: [40000]) == .depends(on: .firstTried))
    #expect(outcome(40000...40004, free: [40004]) == .depends(on: .firstTried))
    #expect(outcome(40000...40004, free: [40000, 40004]) == .succeeds)
    #expect(outcome(40000...40004, free: [40002]) == .succeeds)
    #expect(outcome(40000...40004, free: [40004], .reuseAddress) == .fails(.addressInUse))
    #expect(outcome(40000...40004, free: [40000], .reuseAddress) == .succeeds)
    #expect(outcome(40000...40003, free: [40003]) == .succeeds)
    #expect(outcome(40000...40000, free: [40000]) == .succeeds)
  }

  @Test func reservedPortsAreNotChosen() {
    let request = BindRequest(.tcp, "127.0.0.1:0", uid: 0)
    let conditions = BindConditions(ephemeralPorts: 40000...40003, reservedPorts: [40000, 40001, 40002, 40003])
    #expect(BindRule.predict(request, choosingAmong: [:], under: conditions).prediction.bind == .fails(.addressInUse))
  }
}
