internal import SockDiag
internal import SocketOwners

extension Diagnosis {
  /// What helps, what is least trouble first.
  public var remedies: [Remedy] {
    switch verdict {
    case .free: []
    case .error(let error): remedies(against: error)
    case .conflict, .depends:
      request.local.port == 0 ? remediesOfChoice : remediesOfPort
    }
  }

  private var remediesOfChoice: [Remedy] {
    var remedies: [Remedy] = []
    if verdict == .depends, !openQuestions.isEmpty {
      // Of a port that only listen() takes, a bind() shows nothing.
      return request.choosesPortLater ? [] : [.probe]
    }
    let ports = conditions.ephemeralPorts
    if ports.lowerBound > 1024 || ports.upperBound < .max { remedies.append(.widenPortRange) }
    // What listens needs a port of its own sooner or later, and what connects by UDP as well.
    if request.protocol == .tcp, !request.choosesPortLater, mayConnect { remedies.append(.choosePortInConnect) }
    return remedies
  }

  private var remediesOfPort: [Remedy] {
    var remedies: [Remedy] = []
    if verdict == .depends { remedies.append(.probe) }
    // A live bind may have met what nobody sees.
    if blockers.isEmpty { return remedies }
    if let freeIn { remedies.append(.wait(freeIn)) }
    remedies += optionRemedies
    if let address = freeAddress { remedies.append(.bindAddress(address)) }
    remedies += holderRemedies
    if blockers.contains(where: \.isLeftBehind) { remedies.append(.destroy) }
    if blockers.contains(where: \.isHalfClosed) { remedies.append(.shortenFinTimeout) }
    if blockers.contains(where: { $0.use == .outgoingConnection }),
      conditions.choosablePorts.contains(request.local.port)
    {
      remedies.append(.reservePort)
    }
    return remedies
  }

  /// The smallest sets of options with which bind() succeeds, or may.
  private var optionRemedies: [Remedy] {
    let isDualStack = request.local.address == .anyV6 && !request.options.contains(.v6Only)
    var sets: [BindOptions] = [.reuseAddress, .reusePort, [.reuseAddress, .reusePort]]
    if isDualStack { sets += [.v6Only, [.v6Only, .reuseAddress], [.v6Only, .reusePort]] }
    var found: [(options: BindOptions, isCertain: Bool)] = []
    for options in sets where request.options.isDisjoint(with: options) {
      // What does not help by itself is not made better by company.
      if found.contains(where: { $0.isCertain && options.isSuperset(of: $0.options) }) { continue }
      var other = request
      other.options.formUnion(options)
      switch BindRule.predict(other, beside: sockets.map(\.portSocket), under: conditions).bind {
      case .succeeds: found.append((options, true))
      // Hardly any server that leaves something in TIME_WAIT had this one, and two that share a port by mistake are worse.
      case .depends where options == .reusePort && blockers.allSatisfy { $0.use == .timeWait }: break
      case .depends where verdict == .conflict:
        if !found.contains(where: { options.isSuperset(of: $0.options) }) { found.append((options, false)) }
      case .depends, .fails: break
      }
    }
    return found.map { .setOptions($0.options, isCertain: $0.isCertain) }
  }

  /// A narrower address that is free, where a wildcard is asked for and something that has another one is in the way.
  private var freeAddress: IPAddress? {
    guard request.local.address.unmapped.isUnspecified else { return nil }
    let loopback = request.local.address.family == .inet ? IPAddress(v4: 0x7f00_0001) : IPAddress(v6: 0, 1)
    var other = request
    other.local.address = loopback
    let isFree = BindRule.predict(other, beside: sockets.map(\.portSocket), under: conditions).bind == .succeeds
    return isFree ? loopback : nil
  }

  /// What ends the processes that hold what blocks: by their manager, where they have one.
  private var holderRemedies: [Remedy] {
    var remedies = ownSockets.map { Remedy.reuseOwnSocket(descriptor: $0) }
    var servers: Set<Int32> = []
    var workers: Set<Int32> = []
    // Whose connection merely happens to have the port is not to be ended for it.
    for blocker in blockers where blocker.use != .outgoingConnection {
      for process in blocker.processes where process.process.pid != caller {
        if let supervision = process.supervision(holding: request.local.port, besides: surroundings) {
          let remedy = Self.remedy(supervision, blocker)
          remedies.append(remedy)
        } else if blocker.use == .connection {
          workers.insert(process.process.pid)
        } else {
          servers.insert(process.process.pid)
        }
      }
    }
    if !servers.isEmpty { remedies.append(.endProcesses(servers.sorted())) }
    workers.subtract(servers)
    if !workers.isEmpty { remedies.append(.endConnectedProcesses(workers.sorted())) }
    var seen: Set<Remedy> = []
    return remedies.filter { seen.insert($0).inserted }
  }

  /// The descriptors by which the process that asks has the port itself.
  private var ownSockets: [UInt32] { Set(blockers.compactMap(ownDescriptor)).sorted() }

  /// What gives a program a low port. What cannot help where the program runs is left out.
  private var remediesOfPrivilege: [Remedy] {
    switch privileges?.capabilityObstacle {
    case nil: [.grantCapability, .lowerPrivilegedPorts, .useUnprivilegedPort]
    // A container with the network of its host cannot be started with settings for it.
    case .foreignNetwork?: [.lowerPrivilegedPorts, .useUnprivilegedPort]
    case .boundingSet?, .noNewPrivileges?:
      [.lowerPrivilegedPorts, .lowerPrivilegedPortsOfContainer, .useUnprivilegedPort]
    }
  }

  /// What ends a supervised process for good.
  private static func remedy(_ supervision: ProcessSupervision, _ blocker: DiagnosedSocket) -> Remedy {
    switch supervision {
    case .unit(let unit): .stopUnit(unit)
    case .socketActivation(let uid): .stopSocketUnit(blocker.socketUnit, managerUID: uid)
    case .container(let container): .stopContainer(container)
    case .forwarder(let forwarder): .stopForwarding(forwarder)
    case .firstProcess: .stopMachine
    }
  }

  private func remedies(against error: BindErrno) -> [Remedy] {
    switch error {
    case .accessDenied where denial == .missingCapability: remediesOfPrivilege
    case .addressNotAvailable: remediesOfAddress
    case .invalidArgument
    where request.lacksInterface && !(request.protocol == .tcp && request.local.address.isMulticastV6):
      [.nameInterface]
    case .familyNotSupported where request.local.address.family == .inet6: [.useIPv4(addressInIPv4)]
    default: []
    }
  }

  /// What helps against an address that the kernel refuses. `ip address add` does so only if no interface has it and one
  /// takes it.
  private var remediesOfAddress: [Remedy] {
    let waivers: [Remedy] = [.setOptions(.freebind, isCertain: true), .allowNonlocalBind]
    switch addressObstacle {
    case .absent?, nil: return [.addAddress] + waivers
    case .onOtherInterface(let interface)?: return [.bindToInterface(interface)]
    case .tentative(let interface, _)?:
      let works = interface.isUp && interface.hasCarrier
      return [works ? .awaitAddress : .raiseLink(interface), .skipAddressCheck] + waivers
    // Two hosts with one address disturb each other, so that binding it nevertheless is no help.
    case .duplicate?: return [.resolveDuplicate]
    case .refusesIPv6?: return [.enableIPv6]
    }
  }

  /// The IPv4 address that stands where the requested one would.
  private var addressInIPv4: IPAddress {
    let address = request.local.address
    if address.isV4Mapped { return address.unmapped }
    return address == IPAddress(v6: 0, 1) ? IPAddress(v4: 0x7f00_0001) : .anyV4
  }
}
