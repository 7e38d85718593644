internal import BindDiagnosis
internal import SockDiag
internal import SocketOwners

/// What `why --json` prints.
struct DiagnosisJSON {
  let preset: Preset
  let namespace: String?

  func document(_ diagnoses: [Diagnosis]) -> JSONDocument {
    .object(["verdict": .text(WhyStatus(diagnoses).name), "diagnoses": .array(diagnoses.map(document))])
  }

  private func document(_ diagnosis: Diagnosis) -> JSONDocument {
    let request = diagnosis.request
    let prediction = diagnosis.prediction
    let misbeliefs = Misbelief.tempting(diagnosis).map { misbelief -> JSONDocument in
      .object(["id": .text(misbelief.rawValue), "text": .text(misbelief.sentence)])
    }
    let listen: JSONDocument? = prediction.listen.map { .text(Self.word($0)) }
    let probe: JSONDocument? = diagnosis.probe.map { .text(Self.word($0)) }
    let obstacle: JSONDocument? = diagnosis.addressObstacle.map { .text($0.name) }
    let freeIn: JSONDocument? = diagnosis.freeIn.map { .milliseconds($0) }
    let freePorts: JSONDocument? = diagnosis.freePorts.map { .number(Int64($0)) }
    let remedies = diagnosis.remedies.map { document($0, diagnosis) }
    let unknowns = prediction.unknowns.names + diagnosis.openQuestions.names
    let restraints: JSONDocument? = diagnosis.denial.flatMap { document($0, diagnosis) }
    return .object([
      "protocol": .text("\(request.protocol)"),
      "address": .text("\(request.local.address)"),
      "port": .number(Int64(request.local.port)),
      "uid": .number(Int64(request.uid)),
      "options": .texts(request.options.kernelNames),
      "interface": request.interfaceIndex == 0 ? nil : .number(Int64(request.interfaceIndex)),
      "verdict": .text(WhyStatus([diagnosis]).name),
      "bind": .text(Self.word(prediction.bind)),
      "listen": listen,
      "depends_on": unknowns.isEmpty ? nil : .texts(unknowns),
      "probe": probe,
      "address_obstacle": obstacle,
      "free_in_ms": freeIn,
      "free_ports": freePorts,
      "sockets": .array(diagnosis.sockets.map { document($0) }),
      "remedies": .array(remedies),
      "refused_by": restraints,
      "misbeliefs": .array(misbeliefs),
      "elsewhere": .array(diagnosis.elsewhere.map { document($0) }),
      "redirections": diagnosis.redirections?.rules.map { .array($0.map(Self.document)) },
      "has_legacy_nat_tables": diagnosis.redirections.map { .boolean($0.hasLegacyTables) },
      "caveats": .texts(prediction.caveats.names),
      "source": diagnosis.substitution == nil ? nil : .text(SocketSource.procNet.rawValue),
      "blind_spots": .texts(diagnosis.blindSpots.names),
    ])
  }

  private func document(_ socket: DiagnosedSocket) -> JSONDocument {
    let options = socket.portSocket.options
    func value(_ option: BindOptions) -> JSONDocument? { options[option].map { .boolean($0) } }
    let list = HolderList(socket)
    let known: JSONDocument = .object([
      "reuseaddr": value(.reuseAddress), "reuseport": value(.reusePort), "v6only": value(.v6Only),
    ])
    let effect: JSONDocument? = socket.effect.map { .text($0.name) }
    let optionsSource: JSONDocument? = socket.optionsSource.map { .text($0.rawValue) }
    let missing: JSONDocument? = list.reasons.map { .texts($0.names) }
    return .object([
      "effect": effect,
      "because": socket.effect.map(Self.because),
      "use": .text(socket.use.rawValue),
      "free_in_ms": Self.time(socket.release),
      "options": known,
      "options_source": optionsSource,
      "socket": Self.record(socket.socket),
      "holders": .array(list.entries.map { .fields($0) }),
      "holders_missing": missing,
    ])
  }

  private func document(_ remedy: Remedy, _ diagnosis: Diagnosis) -> JSONDocument {
    let text = RemedyText(remedy, diagnosis, preset: preset, namespace: namespace)
    return .object(["kind": .text(remedy.kind), "text": .text(text.sentence), "commands": .texts(text.commands)])
  }

  private func document(_ denial: Diagnosis.Denial, _ diagnosis: Diagnosis) -> JSONDocument? {
    guard case .restraint(let error) = denial else { return nil }
    return RestraintText.document(diagnosis.restraints, error, diagnosis.request.protocol)
  }

  private func document(_ listener: ListenerElsewhere) -> JSONDocument {
    let pid: JSONDocument? = listener.process.map { .number(Int64($0.process.pid)) }
    let command: JSONDocument? = listener.process.map { .text(String(decoding: $0.command, as: UTF8.self)) }
    return .object([
      "namespace": .number(Int64(clamping: listener.namespace)), "socket": Self.record(listener.socket), "pid": pid,
      "command": command,
    ])
  }

  private static func record(_ socket: InetSocket) -> JSONDocument {
    var interfaces = InterfaceNames(.host)
    return .fields(SocketFields(socket, interfaces: &interfaces))
  }

  private static func document(_ rule: PortRedirection) -> JSONDocument {
    .object([
      "family": .text(rule.family), "table": .text(rule.table), "chain": .text(rule.chain),
      "destination": rule.destination.map { .text($0) }, "is_conditional": .boolean(rule.isConditional),
      "is_for_local_clients": .boolean(rule.isForLocalClients),
    ])
  }

  private static func word(_ outcome: BindPrediction.Outcome) -> String {
    switch outcome {
    case .succeeds: "succeeds"
    case .fails(let error): "\(error)"
    case .depends: "depends"
    }
  }

  private static func word(_ probe: Diagnosis.Probe) -> String {
    switch probe {
    case .succeeded: "succeeds"
    case .failed(let error): "\(error)"
    case .impossible(let error): error.code.rawValue
    }
  }

  private static func time(_ release: PortRelease) -> JSONDocument? {
    if case .after(let rest) = release { .milliseconds(rest) } else { nil }
  }

  private static func because(_ effect: SocketEffect) -> JSONDocument {
    switch effect {
    case .blocks(let reason):
      .object([
        "overlap": .text(reason.overlap.rawValue), "reuseaddr": .text(reason.reuseAddress.rawValue),
        "reuseport": .text(reason.reusePort.rawValue),
      ])
    case .depends(let on): .object(["unknown": .texts(on.names)])
    case .harmless(let reason): .object(["harmless": .text(reason.rawValue)])
    }
  }
}

extension HolderList {
  init(_ socket: DiagnosedSocket) {
    let processes = Dictionary(socket.processes.map { ($0.process.pid, $0) }, uniquingKeysWith: { first, _ in first })
    self.init(
      entries: socket.holders.map { Entry(holder: $0, process: processes[$0.pid], isInherited: false) },
      reasons: socket.holdersMissing)
  }
}

extension WhyStatus {
  var name: String {
    switch self {
    case .free: "free"
    case .conflict: "conflict"
    case .depends: "depends"
    case .error: "error"
    }
  }
}

extension AddressObstacle {
  fileprivate var name: String {
    switch self {
    case .absent: "absent"
    case .onOtherInterface: "on-other-interface"
    case .tentative: "tentative"
    case .duplicate: "duplicate"
    case .refusesIPv6: "refuses-ipv6"
    }
  }
}

extension SocketEffect {
  fileprivate var name: String {
    switch self {
    case .blocks: "blocks"
    case .depends: "depends"
    case .harmless: "harmless"
    }
  }
}

extension SocketEffect.Unknowns {
  fileprivate var names: [String] {
    let names: [(SocketEffect.Unknowns, String)] = [
      (.reuseAddress, "reuseaddr"), (.reusePort, "reuseport"), (.v6Only, "v6only"), (.uid, "uid"), (.order, "order"),
      (.firstTried, "first-tried"), (.interface, "interface"),
    ]
    return names.filter { contains($0.0) }.map(\.1)
  }
}

extension BindPrediction.Caveats {
  fileprivate var names: [String] {
    let names: [(BindPrediction.Caveats, String)] = [(.bucketMemory, "bucket-memory"), (.listenRace, "listen-race")]
    return names.filter { contains($0.0) }.map(\.1)
  }
}

extension Diagnosis.BlindSpots {
  fileprivate var names: [String] {
    let names: [(Diagnosis.BlindSpots, String)] = [
      (.incompleteList, "incomplete-list"), (.boundSockets, "bound-sockets"), (.processes, "processes"),
      (.options, "options"), (.otherNamespaces, "other-namespaces"), (.address, "address"), (.settings, "settings"),
      (.privilege, "privilege"), (.portRange, "port-range"), (.restraints, "restraints"),
      (.latePrograms, "late-programs"), (.cgroupPrograms, "cgroup-programs"),
    ]
    return names.filter { contains($0.0) }.map(\.1)
  }
}

extension Remedy {
  fileprivate var kind: String {
    switch self {
    case .probe: "probe"
    case .wait: "wait"
    case .setOptions(_, isCertain: true): "set-options"
    case .setOptions(_, isCertain: false): "set-options-on-both-sides"
    case .bindAddress: "bind-address"
    case .stopUnit: "stop-unit"
    case .stopSocketUnit: "stop-socket-unit"
    case .stopContainer: "stop-container"
    case .stopForwarding: "stop-published-container"
    case .stopMachine: "stop-machine"
    case .endProcesses: "end-processes"
    case .endConnectedProcesses: "end-connected-processes"
    case .destroy: "destroy"
    case .reservePort: "reserve-port"
    case .reuseOwnSocket: "reuse-own-socket"
    case .shortenFinTimeout: "shorten-fin-timeout"
    case .lowerPrivilegedPorts: "lower-privileged-ports"
    case .lowerPrivilegedPortsOfContainer: "lower-privileged-ports-of-container"
    case .grantCapability: "grant-capability"
    case .useUnprivilegedPort: "use-unprivileged-port"
    case .useIPv4: "use-ipv4"
    case .awaitAddress: "await-address"
    case .skipAddressCheck: "skip-address-check"
    case .raiseLink: "raise-link"
    case .resolveDuplicate: "resolve-duplicate"
    case .enableIPv6: "enable-ipv6"
    case .bindToInterface: "bind-to-interface"
    case .addAddress: "add-address"
    case .allowNonlocalBind: "allow-nonlocal-bind"
    case .nameInterface: "name-interface"
    case .widenPortRange: "widen-port-range"
    case .choosePortInConnect: "choose-port-in-connect"
    }
  }
}
