internal import SockDiag

extension BindConditions {
  /// Reads the conditions for a request in the network namespace of the calling thread.
  ///
  /// If a value cannot be read, the kernel's default is assumed, and this is noted if it matters.
  init(
    _ request: BindRequest, _ settings: KernelSettings, _ rehearsal: BindRehearsal,
    _ blindSpots: inout BlindSpots
  ) {
    var ports = settings.localPortRange ?? 32768...60999
    if let bounds = request.portBounds { ports = bounds.narrow(ports) }
    let isV4 = request.local.address.unmapped.family == .inet
    self.init(
      allowsNonlocalBind: (isV4 ? settings.allowsNonlocalBindV4 : settings.allowsNonlocalBindV6) ?? false,
      unprivilegedPortStart: settings.unprivilegedPortStart ?? 1024,
      ephemeralPorts: ports, reservedPorts: settings.reservedPorts ?? [],
      sharesChosenPorts: settings.sharesChosenPorts ?? false,
      remembersReuseAddress: !KernelRelease.current.isAtLeast(6, 8))
    if request.local.port == 0 {
      if settings.localPortRange == nil || settings.reservedPorts == nil {
        blindSpots.formUnion([.settings, .portRange])
      }
    } else {
      if settings.unprivilegedPortStart == nil || settings.localPortRange == nil { blindSpots.insert(.settings) }
      learnPrivilege(request, settings, rehearsal, &blindSpots)
    }
    learnStanding(request, &blindSpots)
  }

  private mutating func learnPrivilege(
    _ request: BindRequest, _ settings: KernelSettings, _ rehearsal: BindRehearsal,
    _ blindSpots: inout BlindSpots
  ) {
    if request.mayBindPrivilegedPorts { return }
    if rehearsal == .passed {
      // The kernel has just let a user without the privilege get as far as the check for conflicts.
      unprivilegedPortStart = min(unprivilegedPortStart, request.local.port)
    } else if settings.unprivilegedPortStart == nil, rehearsal != .lacksPrivilege {
      blindSpots.insert(.privilege)
    }
  }

  private mutating func learnStanding(_ request: BindRequest, _ blindSpots: inout BlindSpots) {
    var question = request
    do throws(BindFactError) {
      var standing = try AddressStanding.ofAddressWithoutWaiver(in: question)
      if case .other = standing, question.protocol == .tcp {
        // Landlock refuses TCP a port that the kernel chooses. It does not apply to UDP, which has the same addresses.
        question.protocol = .udp
        standing = try AddressStanding.ofAddressWithoutWaiver(in: question)
      }
      switch standing {
      case .notLocal: isAddressLocal = false
      case .unknownInterface: isInterfaceKnown = false
      case .unknownFamily: isFamilySupported = false
      case .usable, .missingScope: break
      case .other: if request.needsLocalAddress { blindSpots.insert(.address) }
      }
    } catch {
      if request.needsLocalAddress { blindSpots.insert(.address) }
    }
  }
}

extension BindRequest {
  /// Whether the answer depends on the address being one of this host.
  fileprivate var needsLocalAddress: Bool {
    !local.address.unmapped.isUnspecified && options.isDisjoint(with: [.freebind, .transparent])
  }
}
