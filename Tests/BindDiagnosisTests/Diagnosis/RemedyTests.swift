import FoundationEssentials
import SockDiag
import SocketOwners
import Testing

@testable import BindDiagnosis

private let loopback = IPAddress(v4: 0x7f00_0001)

/// The remedies for a port in use.
@Suite struct RemedyTests {
  private func diagnosis(
    _ request: BindRequest, _ others: [PortSocket], use: PortUse = .connection, release: PortRelease = .whenClosed,
    conditions: BindConditions = BindConditions()
  ) -> Diagnosis {
    var sockets = others.map {
      DiagnosedSocket(
        socket: InetSocket(), portSocket: $0, effect: nil, use: use, release: release, optionsSource: nil, holders: [],
        processes: [], holdersMissing: nil)
    }
    let prediction = Diagnostician.judge(&sockets, request, conditions)
    return Diagnosis(
      request: request, prediction: prediction, sockets: sockets, conditions: conditions, settings: .unknown,
      freePorts: nil, probe: nil, blindSpots: [], elsewhere: [])
  }

  /// Unseen facts matter unless the bind() fails because of seen ones.
  @Test func unseenFactsMatterOnlyIfTheCallCouldSucceed() {
    let request = BindRequest(.tcp, SocketAddress(loopback, port: 8080), uid: 0)
    var diagnosis = diagnosis(request, [])
    diagnosis.blindSpots = [.incompleteList, .processes]
    for (outcome, open) in [
      (.succeeds, .incompleteList), (.depends(on: .reuseAddress), .incompleteList), (.fails(.addressInUse), []),
    ] as [(BindPrediction.Outcome, BlindSpots)] {
      diagnosis.prediction.bind = outcome
      #expect(diagnosis.openQuestions == open, "\(outcome)")
    }
  }

  /// A successful live bind has answered the open questions, unless a later call chooses the port.
  @Test func liveBindDecidesTheVerdict() {
    for (options, isAnswered) in [([], true), (.bindAddressNoPort, false)] as [(BindOptions, Bool)] {
      let request = BindRequest(.tcp, SocketAddress(loopback, port: 0), options: options, uid: 0)
      var diagnosis = diagnosis(request, [])
      diagnosis.blindSpots = .portRange
      #expect(diagnosis.openQuestions == .portRange)
      diagnosis.probe = .succeeded
      #expect(diagnosis.openQuestions == (isAnswered ? [] : .portRange))
    }
  }

  @Test func certainRemediesHelpInEveryMeasuredCase() throws {
    var offered = 0
    for one in try BindCase.measured() where !one.rule.isEmpty {
      let diagnosis = diagnosis(one.request, one.sockets)
      for remedy in diagnosis.remedies {
        var other = one.request
        switch remedy {
        case .setOptions(let options, isCertain: true): other.options.formUnion(options)
        case .bindAddress(let address): other.local.address = address
        default: continue
        }
        let prediction = BindRule.predict(other, beside: one.sockets, under: BindConditions())
        #expect(prediction.bind == .succeeds, "\(one): \(remedy)")
        offered += 1
      }
    }
    #expect(offered > 500)
  }

  /// Port 0, with the same kind of socket on every port of the range.
  private func choice(
    _ request: BindRequest, _ role: PortSocket.Role, among range: ClosedRange<UInt16> = 40000...40001
  ) -> Diagnosis {
    let conditions = BindConditions(ephemeralPorts: range)
    let socket = PortSocket(
      request.protocol, loopback, role, uid: 0, options: KnownOptions(known: [.reuseAddress, .reusePort]))
    let ports = Dictionary(uniqueKeysWithValues: range.map { ($0, [socket]) })
    let (prediction, free) = BindRule.predict(request, choosingAmong: ports, under: conditions)
    return Diagnosis(
      request: request, prediction: prediction, sockets: [], conditions: conditions, settings: .unknown,
      freePorts: free, mayConnect: BindRule.mayConnect(choosingAmong: ports, under: conditions), probe: nil,
      blindSpots: [], elsewhere: [])
  }

  @Test func leavingThePortToConnectIsOfferedOnlyIfConnectMayFindOne() {
    let request = BindRequest(.tcp, "127.0.0.1:0", uid: 0)
    #expect(choice(request, .occupies).remedies == [.widenPortRange, .choosePortInConnect])
    for role in [PortSocket.Role.bound, .listens] { #expect(choice(request, role).remedies == [.widenPortRange]) }
    // With UDP, connect() searches for a port as bind() does.
    #expect(choice(BindRequest(.udp, "127.0.0.1:0", uid: 0), .occupies).remedies == [.widenPortRange])
  }

  @Test func leavingThePortToConnectIsNotOfferedToListeners() {
    for request in [
      BindRequest(.tcp, "127.0.0.1:0", options: .bindAddressNoPort, uid: 0),
      BindRequest(.tcp, "0.0.0.0:0", uid: 0, callsBind: false),
    ] {
      let diagnosis = choice(request, .occupies)
      #expect(diagnosis.verdict == .conflict)
      #expect(diagnosis.remedies == [.widenPortRange])
    }
  }

  @Test func liveBindSaysNothingAboutAPortThatListenTakes() {
    var late = choice(BindRequest(.tcp, "127.0.0.1:0", options: .bindAddressNoPort, uid: 0), .occupies)
    late.probe = .succeeded
    #expect(late.verdict == .conflict)
    var early = choice(BindRequest(.tcp, "127.0.0.1:0", uid: 0), .occupies)
    early.probe = .succeeded
    #expect(early.verdict == .free)
  }

  @Test func freePortNeedsNoRemedy() {
    #expect(diagnosis(BindRequest(.tcp, "0.0.0.0:80", uid: 0), []).remedies.isEmpty)
  }

  @Test func noOptionHelpsAgainstAListenerOfAnotherUser() {
    let socket = PortSocket(.tcp, .anyV4, .listens, uid: 1000, options: KnownOptions([.reuseAddress, .reusePort]))
    let diagnosis = diagnosis(BindRequest(.tcp, "0.0.0.0:8080", uid: 0), [socket])
    #expect(!diagnosis.remedies.contains { if case .setOptions = $0 { true } else { false } })
  }

  @Test func smallestSetOfOptionsIsOffered() {
    let socket = PortSocket(.tcp, .anyV4, .bound, uid: 0, options: KnownOptions([.reuseAddress], known: [.reusePort]))
    let diagnosis = diagnosis(BindRequest(.tcp, "0.0.0.0:8080", uid: 0), [socket])
    #expect(
      diagnosis.remedies.filter { if case .setOptions = $0 { true } else { false } } == [
        .setOptions(.reuseAddress, isCertain: true)
      ])
  }

  @Test func optionThatTheOtherSideNeedsTooIsNotCertain() {
    let socket = PortSocket(.tcp, loopback, .timeWait, uid: nil)
    let diagnosis = diagnosis(
      BindRequest(.tcp, "127.0.0.1:8080", uid: 0), [socket], use: .timeWait, release: .after(.seconds(40)))
    #expect(diagnosis.verdict == .conflict)
    #expect(diagnosis.freeIn == .seconds(40))
    #expect(
      diagnosis.remedies.prefix(3) == [
        .wait(.seconds(40)), .setOptions(.reuseAddress, isCertain: false), .destroy,
      ])
    #expect(diagnosis.remedies.contains(.destroy))
  }

  /// Before Linux 6.0 only sockets could be destroyed, and no records.
  @Test(arguments: [PortUse.timeWait, .orphan]) func recordIsDestroyedWhereTheKernelCan(_ use: PortUse) {
    let socket = PortSocket(.tcp, loopback, use == .timeWait ? .timeWait : .occupies, uid: nil)
    var diagnosis = diagnosis(
      BindRequest(.tcp, "127.0.0.1:8080", uid: 0), [socket], use: use, release: .after(.seconds(40)))
    #expect(diagnosis.remedies.contains(.destroy))
    diagnosis.destroysRecords = false
    #expect(diagnosis.remedies.contains(.destroy) == (use == .orphan))
    #expect(diagnosis.destroyableBlockers.isEmpty == (use == .timeWait))
  }

  /// It has no process yet and belongs to its listener.
  @Test(arguments: [(SocketState.established, false), (.closeWait, false), (.synReceived, false), (.finWait1, true)])
  func unacceptedConnectionIsNotDestroyed(_ state: SocketState, _ isLeftBehind: Bool) throws {
    let text = """
      {"protocol": "tcp", "family": "inet", "state": "\(state)", "inode": 0, "interface": 0, "receive_queue": 0,
       "send_queue": 0, "uid": 0, "local": {"address": "127.0.0.1", "port": 8080},
       "remote": {"address": "127.0.0.1", "port": 9090}}
      """
    let record = try JSONDecoder().decode(InetSocket.self, from: Data(text.utf8))
    let use = PortUse(record, hasListener: true, choosablePorts: [])
    #expect(use == (isLeftBehind ? .orphan : state == .synReceived ? .request : .unaccepted))
    let socket = PortSocket(.tcp, loopback, .occupies, uid: 0)
    let diagnosis = diagnosis(BindRequest(.tcp, "127.0.0.1:8080", uid: 0), [socket], use: use)
    #expect(diagnosis.remedies.contains(.destroy) == isLeftBehind)
  }

  @Test func fullRangeIsNotWidened() {
    let request = BindRequest(.udp, "127.0.0.1:0", uid: 0)
    #expect(choice(request, .occupies, among: 1024...65535).remedies == [])
    #expect(choice(request, .occupies, among: 1024...65534).remedies == [.widenPortRange])
  }

  @Test func shadowOfAnIPv6SocketIsAvoidedByASpecificAddress() {
    let socket = PortSocket(
      .tcp, IPAddress(v6: 0, 1), .timeWait, uid: nil,
      options: KnownOptions(known: [.v6Only, .reuseAddress, .reusePort]))
    let diagnosis = diagnosis(BindRequest(.tcp, "0.0.0.0:8080", uid: 0), [socket])
    #expect(diagnosis.verdict == .conflict)
    #expect(diagnosis.remedies.contains(.bindAddress(loopback)))
  }

  @Test func ownerOfAnOutgoingConnectionIsNotEnded() {
    let socket = PortSocket(.tcp, loopback, .occupies, uid: 0)
    var diagnosis = diagnosis(
      BindRequest(.tcp, "0.0.0.0:45000", uid: 0), [socket], use: .outgoingConnection)
    diagnosis.sockets[0].processes = [ProcessDetails(process: HoldingProcess(pid: 77, startTicks: 1), command: [])]
    #expect(!diagnosis.remedies.contains(.endProcesses([77])))
    #expect(diagnosis.remedies.contains(.reservePort))
  }

  /// The kernel never chooses such a port, so reserving it is useless.
  @Test(arguments: [(45000 as UInt16, true), (8080, false), (60999, true), (61000, false), (45001, false)])
  func portOutsideTheRangeIsNotReserved(_ port: UInt16, _ isOffered: Bool) {
    let socket = PortSocket(.tcp, loopback, .occupies, uid: 0)
    let conditions = BindConditions(ephemeralPorts: 32768...60999, reservedPorts: PortSet(45001))
    for use in [PortUse.outgoingConnection, .connection] {
      let diagnosis = diagnosis(
        BindRequest(.tcp, SocketAddress(.anyV4, port: port), uid: 0), [socket], use: use, conditions: conditions)
      #expect(diagnosis.remedies.contains(.reservePort) == (isOffered && use == .outgoingConnection))
    }
  }

  @Test func askingProcessIsNotEnded() {
    let socket = PortSocket(.tcp, loopback, .listens, uid: 0, options: KnownOptions(known: [.reusePort]))
    var diagnosis = diagnosis(BindRequest(.tcp, "127.0.0.1:8080", uid: 0), [socket], use: .listener)
    diagnosis.sockets[0].processes = [7, 8].map {
      ProcessDetails(process: HoldingProcess(pid: $0, startTicks: 1), command: [])
    }
    diagnosis.sockets[0].holders = [SocketHolder(pid: 7, descriptor: 5), SocketHolder(pid: 8, descriptor: 3)]
    #expect(diagnosis.remedies == [.endProcesses([7, 8])])
    diagnosis.caller = 7
    #expect(diagnosis.remedies == [.reuseOwnSocket(descriptor: 5), .endProcesses([8])])
    #expect(diagnosis.ownDescriptor(of: diagnosis.sockets[0]) == 5)
  }

  @Test func socketHeldBySystemdIsNamedByItsUnit() {
    let socket = PortSocket(.tcp, loopback, .listens, uid: 0, options: KnownOptions(known: [.reusePort]))
    var diagnosis = diagnosis(BindRequest(.tcp, "127.0.0.1:8080", uid: 0), [socket], use: .listener)
    diagnosis.sockets[0].processes = [
      ProcessDetails(process: HoldingProcess(pid: 1, startTicks: 1), command: Array("systemd".utf8))
    ]
    let unit = SystemdUnit(name: "cups.socket", slice: "system.slice")
    diagnosis.sockets[0].socketUnit = unit
    #expect(diagnosis.remedies == [.stopSocketUnit(unit, managerUID: nil)])
  }

  /// A capability is offered if it would have an effect; the alternatives are those that may work there.
  @Test(
    arguments: [
      (Privileges(effectiveCapabilities: 0, countInNetwork: true), nil),
      (Privileges(effectiveCapabilities: 0, countInNetwork: nil, boundingSet: .max, hasNoNewPrivileges: false), nil),
      (
        Privileges(effectiveCapabilities: 0, countInNetwork: true, boundingSet: .max, hasNoNewPrivileges: true),
        .noNewPrivileges
      ),
      (
        Privileges(effectiveCapabilities: 0, countInNetwork: true, boundingSet: ~(1 << 10), hasNoNewPrivileges: true),
        .boundingSet
      ),
      (
        Privileges(effectiveCapabilities: .max, countInNetwork: false, boundingSet: 0, hasNoNewPrivileges: true),
        .foreignNetwork
      ),
    ] as [(Privileges, CapabilityObstacle?)])
  func capabilityIsOfferedOnlyIfItHasAnEffect(_ privileges: Privileges, _ obstacle: CapabilityObstacle?) {
    #expect(privileges.capabilityObstacle == obstacle)
    var low = diagnosis(BindRequest(.tcp, "127.0.0.1:80", uid: 1000), [])
    low.privileges = privileges
    #expect(low.remedies.contains(.grantCapability) == (obstacle == nil))
    #expect(
      low.remedies.contains(.lowerPrivilegedPortsOfContainer) == [.boundingSet, .noNewPrivileges].contains(obstacle))
    #expect(low.remedies.suffix(1) == [.useUnprivilegedPort] && low.remedies.contains(.lowerPrivilegedPorts))
    #expect(low.misbeliefs.count == (obstacle == nil ? 0 : 1))
  }

  @Test func networkSettingsAreOfferedToTheOwnerOfTheNetwork() {
    func may(_ counts: Bool?, _ bounds: UInt64?) -> Bool {
      Privileges(effectiveCapabilities: 0, countInNetwork: counts, boundingSet: bounds).mayConfigureNetwork
    }
    #expect(may(true, .max) && may(nil, nil) && may(nil, 1 << 12))
    #expect(!may(false, .max) && !may(true, ~(1 << 12)))
  }

  @Test func supervisedProcessIsStoppedThroughItsSupervisor() throws {
    let unit = Array("0::/system.slice/web.service\n".utf8)
    func process(_ pid: Int32, _ command: String, _ membership: [UInt8]? = nil) -> ProcessDetails {
      var details = ProcessDetails(process: HoldingProcess(pid: pid, startTicks: 1), command: Array(command.utf8))
      details.cgroup = membership.flatMap { CgroupPath(membership: $0.span) }
      return details
    }
    let socket = PortSocket(.tcp, loopback, .listens, uid: 0, options: KnownOptions(known: [.reusePort]))
    func remedies(_ process: ProcessDetails, use: PortUse = .listener) -> [Remedy] {
      var diagnosis = diagnosis(BindRequest(.tcp, "127.0.0.1:8080", uid: 0), [socket], use: use)
      diagnosis.sockets[0].processes = [process]
      return diagnosis.remedies
    }
    let service = process(7, "web", unit)
    let web = try #require(service.cgroup?.unit)
    #expect(remedies(service) == [.stopUnit(web)])
    #expect(remedies(process(1, "systemd")) == [.stopSocketUnit(nil, managerUID: nil)])
    #expect(remedies(process(1, "nginx")) == [.stopMachine])
    #expect(remedies(process(7, "docker-proxy", unit)) == [.stopForwarding(PortForwarder(.docker))])
    #expect(remedies(process(7, "web")) == [.endProcesses([7])])
    #expect(remedies(process(7, "web"), use: .connection) == [.endConnectedProcesses([7])])

    var inside = diagnosis(BindRequest(.tcp, "127.0.0.1:8080", uid: 0), [socket], use: .listener)
    inside.sockets[0].processes = [service]
    inside.surroundings = service.cgroup
    #expect(inside.remedies == [.endProcesses([7])])
  }

  @Test func addressAndPrivilegeErrorsHaveTheirOwnRemedies() {
    let low = diagnosis(BindRequest(.tcp, "127.0.0.1:80", uid: 1000), [])
    #expect(low.verdict == .error(.accessDenied))
    #expect(low.remedies == [.grantCapability, .lowerPrivilegedPorts, .useUnprivilegedPort])
    let foreign = diagnosis(
      BindRequest(.tcp, "192.0.2.1:8080", uid: 1000), [], conditions: BindConditions(isAddressLocal: false))
    #expect(foreign.verdict == .error(.addressNotAvailable))
    #expect(foreign.remedies == [.addAddress, .setOptions(.freebind, isCertain: true), .allowNonlocalBind])
  }

  @Test func misbeliefsDependOnTheBlockers() {
    let request = BindRequest(.tcp, "127.0.0.1:8080", uid: 0)
    let listener = PortSocket(.tcp, loopback, .listens, uid: 0, options: KnownOptions(known: [.reusePort]))
    #expect(
      diagnosis(request, [listener], use: .listener).misbeliefs == [
        .reuseAddressBesideListener, .reusePortOnOneSide, .destroyingListener, .waitingAMinute,
      ])
    let rest = PortSocket(.tcp, loopback, .timeWait, uid: nil)
    #expect(
      diagnosis(request, [rest], use: .timeWait).misbeliefs == [
        .timeWaitReuse, .finTimeout, .lookingForListener,
      ])
    // Nothing shows whether the other side has the option; a failed bind() with it shows that it does not.
    var tried = diagnosis(
      BindRequest(.tcp, "127.0.0.1:8080", options: .reuseAddress, uid: 0), [rest], use: .timeWait)
    #expect(!tried.misbeliefs.contains(.reuseAddressOnOneSide))
    tried.probe = .failed(.addressInUse)
    #expect(tried.misbeliefs.contains(.reuseAddressOnOneSide))
    #expect(diagnosis(request, []).misbeliefs.isEmpty)
  }
}
