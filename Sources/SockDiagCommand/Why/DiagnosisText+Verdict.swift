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
    names(diagnosis.prediction.unknowns).joined(separator: " and ")
  }

  static func names(_ unknowns: HolderEffect.Unknowns) -> [String] {
    let names: [(HolderEffect.Unknowns, String)] = [
      (.reuseAddress, "whether the other side has SO_REUSEADDR"),
      (.reusePort, "whether the other side has SO_REUSEPORT"),
      (.v6Only, "whether the other side refuses IPv4 (IPV6_V6ONLY)"), (.uid, "whose the other side is"),
      (.order, "the order in which the kernel meets the sockets"),
      (.firstTried, "the port at which the kernel begins to look"),
      (.interface, "the interface that the other side is bound to"),
    ]
    return names.filter { unknowns.contains($0.0) }.map(\.1)
  }

  static func cause(_ error: BindErrno, _ diagnosis: Diagnosis) -> String {
    let (address, port) = (diagnosis.request.local.address, diagnosis.request.local.port)
    switch error {
    case .accessDenied:
      return "ports below \(diagnosis.conditions.unprivilegedPortStart) take CAP_NET_BIND_SERVICE, and \(port) is one"
    case .addressNotAvailable: return "\(address) is no address of this host"
    case .noSuchDevice: return "there is no such interface"
    case .invalidArgument where address.isV4Mapped:
      return "an IPv6 socket that refuses IPv4 cannot have an IPv4 address"
    case .invalidArgument where address.isLinkLocal:
      return "a link-local address is meant on one interface, and none is named"
    case .invalidArgument: return "a stream cannot be bound to a group"
    default: return "the kernel has no other word for it"
    }
  }

  static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
