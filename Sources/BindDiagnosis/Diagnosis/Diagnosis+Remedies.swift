internal import SockDiag
internal import SocketOwners

extension Diagnosis {
  /// The remedies, the least troublesome first.
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
      // If only listen() takes the port, a bind() shows nothing.
      return request.choosesPortLater ? [] : [.probe]
    }
    let ports = conditions.ephemeralPorts
    if ports.lowerBound > 1024 || ports.upperBound < .max { remedies.append(.widenPortRange) }
    // A listening socket needs its own port sooner or later, and so does a connected UDP socket.
    if request.protocol == .tcp, !request.choosesPortLater, mayConnect { remedies.append(.choosePortInConnect) }
    return remedies
  }

  private var remediesOfPort: [Remedy] {
    var remedies: [Remedy] = []
    if verdict == .depends { remedies.append(.probe) }
    // A live bind may have met a socket that cannot be seen.
    if blockers.isEmpty { return remedies }
    if let freeIn { remedies.append(.wait(freeIn)) }
    remedies += optionRemedies
    if let address = freeAddress { remedies.append(.bindAddress(address)) }
    remedies += holderRemedies
    if !destroyableBlockers.isEmpty { remedies.append(.destroy) }
    if blockers.contains(where: \.isHalfClosed) { remedies.append(.shortenFinTimeout) }
    if blockers.contains(where: { $0.use == .outgoingConnection }),
      conditions.choosablePorts.contains(request.local.port)
    {
      remedies.append(.reservePort)
    }
    return remedies
  }

  /// The smallest sets of options with which bind() succeeds, or may succeed.
  private var optionRemedies: [Remedy] {
    let isDualStack = request.local.address == .anyV6 && !request.options.contains(.v6Only)
    var sets: [BindOptions] = [.reuseAddress, .reusePort, [.reuseAddress, .reusePort]]
    if isDualStack { sets += [.v6Only, [.v6Only, .reuseAddress], [.v6Only, .reusePort]] }
    var found: [(options: BindOptions, isCertain: Bool)] = []
    for options in sets where request.options.isDisjoint(with: options) {
      // An option that does not help alone does not help together with others.
      if found.contains(where: { $0.isCertain && options.isSuperset(of: $0.options) }) { continue }
      var other = request
      other.options.formUnion(options)
      switch BindRule.predict(other, beside: sockets.map(\.portSocket), under: conditions).bind {
      case .succeeds: found.append((options, true))
      // Hardly any server that leaves TIME_WAIT records has this option, and two servers that share a port by mistake
      // are worse.
      case .depends where options == .reusePort && blockers.allSatisfy { $0.use == .timeWait }: break
      case .depends where verdict == .conflict:
        if !found.contains(where: { options.isSuperset(of: $0.options) }) { found.append((options, false)) }
      case .depends, .fails: break
      }
    }
    return found.map { .setOptions($0.options, isCertain: $0.isCertain) }
  }

  /// A narrower address that is free, if the request is for all addresses and a socket with one other address blocks.
  private var freeAddress: IPAddress? {
    guard request.local.address.unmapped.isUnspecified else { return nil }
    let loopback = request.local.address.family == .inet ? IPAddress(v4: 0x7f00_0001) : IPAddress(v6: 0, 1)
    var other = request
    other.local.address = loopback
    let isFree = BindRule.predict(other, beside: sockets.map(\.portSocket), under: conditions).bind == .succeeds
    return isFree ? loopback : nil
  }

  /// The remedies that end the processes of blocking sockets, through their manager if they have one.
  private var holderRemedies: [Remedy] {
    var remedies = ownSockets.map { Remedy.reuseOwnSocket(descriptor: $0) }
    var servers: Set<Int32> = []
    var workers: Set<Int32> = []
    // A process should not be ended only because the kernel gave its connection this port.
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

  /// The descriptors through which the requesting process itself has the port.
  private var ownSockets: [UInt32] { Set(blockers.compactMap(ownDescriptor)).sorted() }

  /// The remedies that give a program the right to a low port. Those that cannot work where the program runs are left
  /// out.
  private var remediesOfPrivilege: [Remedy] {
    switch privileges?.capabilityObstacle {
    case nil: [.grantCapability, .lowerPrivilegedPorts, .useUnprivilegedPort]
    // A container with the host's network cannot be started with its own settings for it.
    case .foreignNetwork?: [.lowerPrivilegedPorts, .useUnprivilegedPort]
    case .boundingSet?, .noNewPrivileges?:
      [.lowerPrivilegedPorts, .lowerPrivilegedPortsOfContainer, .useUnprivilegedPort]
    }
  }

  /// The remedy that ends a supervised process for good.
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

  /// The remedies for an address that the kernel refuses. `ip address add` helps only if no interface has the address
  /// and one accepts it.
  private var remediesOfAddress: [Remedy] {
    let waivers: [Remedy] = [.setOptions(.freebind, isCertain: true), .allowNonlocalBind]
    switch addressObstacle {
    case .absent?, nil: return [.addAddress] + waivers
    case .onOtherInterface(let interface)?: return [.bindToInterface(interface)]
    case .tentative(let interface, _)?:
      let works = interface.isUp && interface.hasCarrier
      return [works ? .awaitAddress : .raiseLink(interface), .skipAddressCheck] + waivers
    // Two hosts with one address disturb each other, so binding it anyway is not a remedy.
    case .duplicate?: return [.resolveDuplicate]
    case .refusesIPv6?: return [.enableIPv6]
    }
  }

  /// The IPv4 address that corresponds to the requested one.
  private var addressInIPv4: IPAddress {
    let address = request.local.address
    if address.isV4Mapped { return address.unmapped }
    return address == IPAddress(v6: 0, 1) ? IPAddress(v4: 0x7f00_0001) : .anyV4
  }
}
