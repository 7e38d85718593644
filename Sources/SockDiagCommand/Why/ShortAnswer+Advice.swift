internal import BindDiagnosis
internal import SockDiag
internal import SockDiagWire
internal import SocketOwners

extension ShortAnswer {
  /// The lines of advice: how to see more, how to free the port, what would be no use.
  var advice: [Part] {
    var entries: [(entry: AdviceEntry, weight: Int)] = []
    if let entry = privilegedQuestion { entries.append((entry, 0)) }
    let suggestions = remedies.compactMap { remedy in entry(for: remedy).map { (remedy, $0) } }
    // Several remedies may lead to one command.
    var seen: Set<String> = []
    for (index, suggestion) in suggestions.filter({ seen.insert($0.1.text).inserted }).enumerated() {
      entries.append((suggestion.1, index == 0 ? 0 : 10 + index))
    }
    if let entry = sequel { entries.append((entry, 9)) }
    if !suggestions.contains(where: { Self.rank($0.0) <= 2 }), let entry = until { entries.append((entry, 1)) }
    entries += checks.enumerated().map { ($0.element, $0.offset == 0 ? 0 : 10 + $0.offset) }
    if let entry = last { entries.append((entry, 0)) }
    return entries.map { Part(content: .advice($0.entry), weight: $0.weight) }
  }

  // MARK: More rights

  /// As a plain user, the first advice is to ask as root if that shows more.
  private var privilegedQuestion: AdviceEntry? {
    guard CommandUser.effective != 0, let question = context.question(of: group) else { return nil }
    let isHidden = diagnosis.blockers.contains { $0.holdersMissing?.takesPrivilege == true }
    guard isHidden || diagnosis.verdict != .free && !diagnosis.blindSpots.isDisjoint(with: [.options, .boundSockets])
    else { return nil }
    // To root another answer may be right, because users share ports only with themselves, and root may bind low ports.
    let request = diagnosis.request
    let isForUser =
      !question.contains(" --uid ")
      && (request.options.contains(.reusePort) || request.local.port < diagnosis.conditions.unprivilegedPortStart)
    let user = isForUser ? " --uid \(request.uid)" : ""
    return AdviceEntry(label: "See more", text: "sudo \(question)\(user)", isCommand: true)
  }

  // MARK: Remedies

  /// The remedies in the order in which a person in a hurry tries them.
  private var remedies: [Remedy] {
    diagnosis.remedies.enumerated().sorted {
      let (left, right) = (Self.rank($0.element), Self.rank($1.element))
      return left == right ? $0.offset < $1.offset : left < right
    }.map(\.element)
  }

  private static func rank(_ remedy: Remedy) -> Int {
    switch remedy {
    case .reuseOwnSocket: 0
    case .stopUnit, .stopSocketUnit, .stopContainer, .stopForwarding, .stopMachine, .endProcesses,
      .endConnectedProcesses:
      1
    case .wait: 2
    case .destroy: 3
    case .probe: 4
    case .reservePort: 5
    case .setOptions: 6
    case .bindAddress: 7
    default: 5
    }
  }

  /// The advice in a line; `nil` if only the long form has it.
  private func entry(for remedy: Remedy) -> AdviceEntry? {
    let text = RemedyText(
      remedy, diagnosis, preset: context.preset, namespace: context.namespace, requests: group.map(\.request))
    func commands(_ label: String, _ remark: String? = nil) -> AdviceEntry? {
      text.commands.first.map { first in
        let rest = text.commands.count - 1
        let remark = rest > 0 ? "and \(rest.counted("more command")), see -v" : remark
        return AdviceEntry(label: label, text: first, isCommand: true, remark: remark)
      }
    }
    func sentence(_ label: String) -> AdviceEntry { AdviceEntry(label: label, text: text.sentence) }
    switch remedy {
    case .reuseOwnSocket: return sentence("Fix it")
    case .endProcesses, .endConnectedProcesses: return commands("Free it")
    case .stopUnit: return commands("Free it", "if killed, systemd may restart it")
    case .stopSocketUnit(nil, _): return commands("Find its unit", "systemd holds the socket")
    case .stopSocketUnit: return commands("Free it", "systemd itself listens for it")
    case .stopContainer: return commands("Free it", "if killed, it may be restarted")
    case .stopForwarding(let forwarder) where forwarder.engine == .kubernetes:
      return commands("Find it", "kube-proxy holds it for a service")
    case .stopForwarding(let forwarder): return commands("Free it", "\(forwarder.engine) forwards it to a container")
    case .stopMachine: return sentence("Free it")
    case .wait, .awaitAddress: return commands("Wait")
    case .destroy: return commands("Now (root)")
    case .probe: return commands("Try bind()")
    case .reservePort: return commands("Next time")
    case .setOptions(let options, let isCertain): return sharing(options, isCertain)
    case .bindAddress(let address):
      let place = SocketAddress(address, port: diagnosis.request.local.port)
      return AdviceEntry(label: "Or bind", text: "\(place), which is free")
    case .shortenFinTimeout: return nil
    case .grantCapability: return commands("Fix (root)")
    case .lowerPrivilegedPorts: return commands("Or (root)")
    case .lowerPrivilegedPortsOfContainer: return commands("Or")
    case .useUnprivilegedPort:
      return AdviceEntry(label: "Or use", text: "a port from \(diagnosis.conditions.unprivilegedPortStart) on")
    case .bindToInterface, .nameInterface, .useIPv4: return commands("Ask again")
    case .skipAddressCheck, .resolveDuplicate, .enableIPv6, .addAddress, .widenPortRange:
      return commands("Fix (root)") ?? sentence("Fix it")
    case .raiseLink: return commands("Fix (root)") ?? sentence("Fix it")
    case .allowNonlocalBind: return commands("Or (root)")
    case .choosePortInConnect: return AdviceEntry(label: "Or set", text: "IP_BIND_ADDRESS_NO_PORT, to connect only")
    }
  }

  /// Options that let both programs use the port. The lines about SO_REUSEADDR have said what that one does.
  private func sharing(_ options: BindOptions, _ isCertain: Bool) -> AdviceEntry? {
    guard isCertain else { return nil }
    if options == .reusePort {
      return AdviceEntry(label: "Share it", text: "set SO_REUSEPORT in the new program too")
    }
    if options == .reuseAddress { return AdviceEntry(label: "Share it", text: "set SO_REUSEADDR before bind()") }
    if options == .freebind { return AdviceEntry(label: "Or set", text: "IP_FREEBIND before bind()") }
    return nil
  }

  /// What has to follow the end of the processes, if closed connections keep the port for a time.
  private var sequel: AdviceEntry? {
    guard diagnosis.freeIn == nil, diagnosis.blockers.contains(where: \.isLeftBehind),
      diagnosis.blockers.contains(where: { !$0.processes.isEmpty }),
      let command = ToolLine(group.map(\.request), namespace: context.namespace).question("wait", "--free").first
    else { return nil }
    return AdviceEntry(label: "Then wait", text: command, isCommand: true)
  }

  /// When the port becomes free, if nothing above frees it.
  private var until: AdviceEntry? {
    guard diagnosis.verdict == .conflict || diagnosis.verdict == .depends,
      let sentence = diagnosis.releaseSentences.first
    else { return nil }
    return AdviceEntry(label: "Until when", text: sentence)
  }

  /// How to find the security rule that refuses the bind().
  private var checks: [AdviceEntry] {
    diagnosis.refusedBy.prefix(2).compactMap { candidate in
      RestraintText(candidate, diagnosis.restraints, pid: nil).commands.first.map {
        AdviceEntry(label: "Check", text: $0, isCommand: true)
      }
    }
  }

  // MARK: The last line

  /// Advice that would be no use, and the command for the whole reasoning.
  private var last: AdviceEntry? {
    let isPlain =
      diagnosis.verdict == .free && diagnosis.sockets.isEmpty && diagnosis.elsewhere.isEmpty
      && diagnosis.redirections?.rules?.isEmpty != false
    let more = context.question(of: group).map { "\($0) -v" }
    var briefs: [String] = []
    for misbelief in diagnosis.misbeliefs where diagnosis.verdict != .free && !briefs.contains(misbelief.brief) {
      briefs.append(misbelief.brief)
    }
    guard !briefs.isEmpty else {
      return isPlain ? nil : more.map { AdviceEntry(label: "More", text: $0, isCommand: true) }
    }
    return AdviceEntry(label: "No use here", text: briefs.joined(separator: ", "), aside: more.map { ("More", $0) })
  }
}
