internal import Glibc
internal import SockDiag
internal import SockDiagWire
internal import SocketOwners

/// The answer in one line: the port, the verdict, and the process.
package enum Headline {
  /// The line for groups of diagnoses, each with one answer for some addresses.
  ///
  /// - Parameters:
  ///   - groups: The groups, the one that the line is about first.
  ///   - namesAddress: Whether the question names an address. Otherwise the port alone names the place.
  ///   - device: The name of the interface to which the program binds; `nil` for none.
  package static func text(_ groups: [[Diagnosis]], namesAddress: Bool = true, device: String? = nil) -> String {
    guard let group = groups.first, let diagnosis = group.first else { return "" }
    let others = groups.dropFirst().filter { $0.first.map { $0.verdict != diagnosis.verdict } ?? false }
    let request = diagnosis.request
    let isSplit = !others.isEmpty
    let all = groups.flatMap { $0 }.map(\.request.local)
    let place =
      all.count == 1 && namesAddress
      ? "\(request.local)" : !namesAddress || isEverywhere(all) || isSplit ? "\(request.local.port)" : hosts(all)
    var subject = "\(place)/\(request.protocol == .udp ? "udp" : "tcp")"
    if let device { subject += " on \(device)" }
    let scope = isSplit ? " on \(hosts(group.map(\.request.local)))" : ""
    let rest = others.compactMap { other in
      other.first.map { "; \($0.verdict) on \(hosts(other.map(\.request.local)))" }
    }
    return subject + clause(diagnosis, scope) + rest.joined()
  }

  private static func isEverywhere(_ places: [SocketAddress]) -> Bool {
    Set(places.map(\.address)) == [.anyV4, .anyV6]
  }

  private static func hosts(_ places: [SocketAddress]) -> String {
    Phrase.list(places.map { $0.address.family == .inet6 ? "[\($0.address)]" : "\($0.address)" })
  }

  private static func clause(_ diagnosis: Diagnosis, _ scope: String) -> String {
    switch diagnosis.verdict {
    case .free: return " is free\(scope): \(success(diagnosis))"
    case .error(let error):
      let uid = diagnosis.request.uid
      let user = uid == geteuid() ? "" : " by \(UserName.text(uid))"
      return " cannot be bound\(scope)\(user): \(diagnosis.cause(of: error)) (\(error))"
    case .conflict: return conflict(diagnosis, scope)
    case .depends:
      let holder = diagnosis.blockers.isEmpty ? " may be free\(scope)" : use(diagnosis, " may be in use\(scope)")
      // The answers without and with the option follow, where that alone decides.
      let onlyOption = diagnosis.prediction.unknowns == .reuseAddress && diagnosis.openQuestions.isEmpty
      return onlyOption ? holder : "\(holder); it depends on \(diagnosis.dependence)"
    }
  }

  private static func success(_ diagnosis: Diagnosis) -> String {
    if diagnosis.probe == .succeeded { return "a real bind() succeeded" }
    if let ports = diagnosis.freePorts, ports > 0 { return "\(ports.counted("port")) can be chosen" }
    return diagnosis.request.protocol == .tcp ? "bind() and listen() succeed" : "bind() succeeds"
  }

  private static func conflict(_ diagnosis: Diagnosis, _ scope: String) -> String {
    if diagnosis.freePorts != nil { return "\(scope): no port is left to choose from (EADDRINUSE)" }
    if diagnosis.blockers.isEmpty {
      return " is in use\(scope): a real bind() failed, but nothing that can be seen holds the port"
    }
    let clause = use(diagnosis, " is in use\(scope)")
    if case .failed? = diagnosis.probe { return "\(clause); a real bind() failed" }
    let onlyListens = diagnosis.prediction.bind == .succeeds
    return onlyListens ? "\(clause); bind() succeeds, but listen() fails" : clause
  }

  /// Who or what uses the port, after the verdict.
  private static func use(_ diagnosis: Diagnosis, _ verdict: String) -> String {
    let holders = PortHolders(diagnosis)
    let kind = holders.kindWords.map { ": \($0)" } ?? ""
    if let words = holders.words { return "\(verdict) by \(words)\(kind)" }
    if holders.sockets.allSatisfy(\.isLeftBehind) {
      if let rest = diagnosis.freeIn { return "\(verdict) for \(rest.words) more\(kind)" }
      return "\(verdict) until the peer answers\(kind)"
    }
    let user = holders.sockets.first?.socket.uid.map { " (user \(UserName.text($0)))" } ?? ""
    if holders.sockets.contains(where: { $0.holdersMissing?.takesPrivilege == true }) {
      return "\(verdict) by a process that is hidden from you\(user)\(kind)"
    }
    if diagnosis.isHeldByKernel {
      return "\(verdict) by no process that can be found\(user); the kernel may hold it\(kind)"
    }
    return "\(verdict) by a process that was not found\(user)\(kind)"
  }
}
