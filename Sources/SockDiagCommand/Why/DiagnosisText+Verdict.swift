internal import BindDiagnosis
internal import SockDiag

extension DiagnosisText {
  /// One line: what bind() says, and to what.
  mutating func verdict(_ group: [Diagnosis]) {
    guard let diagnosis = group.first else { return }
    let request = diagnosis.request
    let places = group.map { $0.request.local.description }.joined(separator: " and ")
    let transport = request.protocol == .udp ? "UDP" : "TCP"
    line("\(transport) \(places): \(answer(diagnosis))", indent: 0, width: .max)
    var circumstances = ["user \(UserName.text(request.uid))"]
    // IPV6_V6ONLY is set for an IPv6 address alone, and goes without saying for another.
    let options = group.reduce(into: BindOptions()) { $0.formUnion($1.request.options) }
    circumstances += options.kernelNames
    if request.interfaceIndex != 0 {
      var interfaces = InterfaceNames(.host)
      let name = interfaces.name(request.interfaceIndex).map { String(decoding: $0, as: UTF8.self) }
      circumstances.append("bound to \(name ?? "interface \(request.interfaceIndex)")")
    }
    let noOptions = options.isEmpty ? ", no socket options" : ""
    line("for \(circumstances.joined(separator: ", "))\(noOptions)", indent: 0)
  }

  private func answer(_ diagnosis: Diagnosis) -> String {
    let hasListen = diagnosis.request.protocol == .tcp
    switch (diagnosis.verdict, diagnosis.probe) {
    case (.free, .succeeded?): return "free. A bind() was tried and succeeded."
    case (.free, _):
      if let ports = diagnosis.freePorts, ports > 0 { return "free: \(Self.count(ports, "port")) left to choose from." }
      return hasListen ? "free. bind() succeeds, and so does listen()." : "free. bind() succeeds."
    case (.conflict, .failed?): return "in use. A bind() was tried and failed with EADDRINUSE (Address already in use)."
    case (.conflict, _):
      let listens = diagnosis.prediction.bind == .succeeds
      let call = !listens ? "bind()" : diagnosis.request.callsBind ? "bind() takes none, and listen()" : "listen()"
      let cause = diagnosis.freePorts == nil ? "in use. " : "no port is left to choose from: "
      return "\(cause)\(call) fails with EADDRINUSE (Address already in use)."
    case (.depends, _): return "it depends on \(Self.unknowns(diagnosis)), which cannot be seen from here."
    case (.error(let error), _):
      return "bind() fails with \(error) (\(SystemMessage.text(error.rawValue))): \(Self.cause(error, diagnosis))."
    }
  }

  static func unknowns(_ diagnosis: Diagnosis) -> String {
    (names(diagnosis.prediction.unknowns) + names(diagnosis.openQuestions)).joined(separator: " and ")
  }

  /// What was not seen and may make bind() fail, as parts of a sentence.
  private static func names(_ questions: Diagnosis.BlindSpots) -> [String] {
    let names: [(Diagnosis.BlindSpots, String)] = [
      (.incompleteList, "whether the kernel's list of sockets, which changed while it was read, lacks one on the port"),
      (.boundSockets, "whether a socket is bound to the port without listening"),
      (.address, "whether the address is one of this host"),
      (.privilege, "whether the port takes a privilege (net.ipv4.ip_unprivileged_port_start)"),
      (.portRange, "the ports from which the kernel chooses (net.ipv4.ip_local_port_range)"),
      (.restraints, "whether a security module, a seccomp filter or a BPF program refuses the bind()"),
      (.latePrograms, "a BPF program of the cgroup, which is asked after the bind"),
    ]
    return names.filter { questions.contains($0.0) }.map(\.1)
  }

  static func names(_ unknowns: SocketEffect.Unknowns) -> [String] {
    let names: [(SocketEffect.Unknowns, String)] = [
      (.reuseAddress, "whether the other side has SO_REUSEADDR"),
      (.reusePort, "whether the other side has SO_REUSEPORT"),
      (.v6Only, "whether the other side refuses IPv4 (IPV6_V6ONLY)"),
      (.uid, "whether the other side belongs to the same user"),
      (.order, "the order in which the kernel meets the sockets"),
      (.firstTried, "the port at which the kernel begins to look"),
      (.interface, "the interface that the other side is bound to"),
    ]
    return names.filter { unknowns.contains($0.0) }.map(\.1)
  }

  static func cause(_ error: BindErrno, _ diagnosis: Diagnosis) -> String {
    let address = diagnosis.request.local.address
    if let denial = diagnosis.denial { return cause(denial, diagnosis) }
    switch error {
    case .addressNotAvailable: return Self.cause(diagnosis.addressObstacle, address, diagnosis.request)
    case .familyNotSupported:
      return
        "this host has no \(address.family == .inet6 ? "IPv6" : "IPv4"): the kernel was started without it, or a sandbox"
        + " forbids it"
    case .noSuchDevice: return "there is no such interface"
    case .invalidArgument where address.isV4Mapped:
      return "an IPv6 socket that refuses IPv4 cannot have an IPv4 address"
    case .invalidArgument where address.isMulticastV6 && diagnosis.request.protocol == .tcp:
      return "\(address) is a multicast address, and TCP has no multicast"
    case .invalidArgument where address.isMulticastV6:
      return "\(address) is a multicast group of one link, and no interface is named"
    case .invalidArgument where address.isLinkLocal:
      return "a link-local address belongs to one interface, and none is named"
    default: return "the kernel has no other word for it"
    }
  }

  private static func cause(_ denial: Diagnosis.Denial, _ diagnosis: Diagnosis) -> String {
    switch denial {
    case .missingCapability:
      let port = diagnosis.request.local.port
      return "ports below \(diagnosis.conditions.unprivilegedPortStart) take CAP_NET_BIND_SERVICE, and \(port) is one"
    case .restraint(let error):
      let names = RestraintText.names(diagnosis.restraints.candidates(for: error, diagnosis.request.protocol))
      return names.isEmpty
        ? "a security rule refuses it, and no socket" : "a security rule refuses it, and no socket: that of \(names)"
    }
  }

  private static func cause(_ obstacle: AddressObstacle?, _ address: IPAddress, _ request: BindRequest) -> String {
    switch obstacle {
    case .absent(let interface?)? where address.isLinkLocal: return "\(address) is no address of \(interface.name)"
    case nil, .absent?: return "\(address) is no address of this host"
    case .onOtherInterface(let interface)?:
      return "\(address) is an address of \(interface.name), and the socket is bound to another interface"
    case .tentative(let interface, _)? where !interface.isUp:
      return "\(address) cannot be checked for duplicates, because the interface \(interface.name) is down"
    case .tentative(let interface, _)? where !interface.hasCarrier:
      return "\(address) cannot be checked for duplicates, because the link of \(interface.name) is down"
    case .tentative(let interface, _)?:
      return "\(address) is new on \(interface.name), and the kernel is still checking it for duplicates"
    case .duplicate(let interface, _)?:
      return "another host on the link of \(interface.name) has the address \(address) too"
    case .refusesIPv6(let interface?)?: return "IPv6 is turned off on the interface \(interface.name)"
    case .refusesIPv6(nil)?: return "IPv6 is turned off on all interfaces"
    }
  }

  static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
