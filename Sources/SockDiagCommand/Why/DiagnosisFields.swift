internal import BindDiagnosis
internal import SockDiag
internal import SockDiagWire
internal import SocketOwners

/// The JSON fields of `why`: the worst verdict, and a diagnosis for each address.
struct WhyFields: FieldWritable {
  let diagnoses: [Diagnosis]
  let preset: Preset
  let namespace: String?

  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.text("verdict", WhyStatus(diagnoses).name)
    writer.objects(
      "diagnoses", diagnoses.map { DiagnosisFields(diagnosis: $0, preset: preset, namespace: namespace) })
  }
}

/// The JSON fields of one diagnosis. Where they differ from the names in BindDiagnosis, its documentation says why.
struct DiagnosisFields: FieldWritable {
  let diagnosis: Diagnosis
  let preset: Preset
  let namespace: String?

  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    write(diagnosis.request, to: &writer)
    writer.text("verdict", WhyStatus([diagnosis]).name)
    writer.text("bind", "\(diagnosis.prediction.bind)")
    writer.text("listen", diagnosis.prediction.listen.map { "\($0)" })
    writer.texts("depends_on", diagnosis.dependsOn.isEmpty ? nil : diagnosis.dependsOn)
    writer.text("probe", diagnosis.probe?.name)
    writer.text("address_obstacle", diagnosis.addressObstacle?.name)
    writer.milliseconds("free_in_ms", diagnosis.freeIn)
    writer.number("free_ports", diagnosis.freePorts)
    writer.text("without_reuseaddr", diagnosis.alternative(withReuseAddress: false).map { WhyStatus([$0]).name })
    writer.text("with_reuseaddr", diagnosis.alternative(withReuseAddress: true).map { WhyStatus([$0]).name })
    writer.objects(
      "sockets", diagnosis.sockets.map { DiagnosedSocketFields(socket: $0, origins: diagnosis.origins) })
    writer.objects("remedies", diagnosis.remedies) { remedy, writer in
      let text = RemedyText(remedy, diagnosis, preset: preset, namespace: namespace)
      writer.advice("kind", remedy.kind, text.sentence, text.commands)
    }
    if case .restraint? = diagnosis.denial {
      writer.objects(
        "refused_by", diagnosis.refusedBy.map { RestraintText($0, diagnosis.restraints, pid: nil) })
    }
    writer.objects("misbeliefs", diagnosis.misbeliefs) { misbelief, writer in
      writer.text("id", misbelief.rawValue)
      writer.text("text", "\(misbelief)")
    }
    writer.objects("elsewhere", diagnosis.elsewhere.map(ElsewhereFields.init))
    if let rules = diagnosis.redirections?.rules {
      writer.objects("redirections", rules) { Self.write($0, to: &$1) }
    }
    writer.boolean("has_legacy_nat_tables", diagnosis.redirections?.hasLegacyNATTables)
    writer.texts("caveats", diagnosis.prediction.caveats.names)
    writer.text("source", diagnosis.substitution == nil ? nil : SocketSource.procNet.rawValue)
    writer.texts("blind_spots", diagnosis.blindSpots.names)
  }

  private func write(_ request: BindRequest, to writer: inout some FieldWriter) {
    writer.text("protocol", "\(request.protocol)")
    writer.address("address", request.local.address)
    writer.number("port", request.local.port)
    writer.number("uid", request.uid)
    writer.texts("options", request.options.kernelNames)
    writer.number("interface", request.interfaceIndex == 0 ? nil : request.interfaceIndex)
  }

  private static func write(_ rule: PortRedirection, to writer: inout some FieldWriter) {
    writer.text("family", rule.family)
    writer.text("table", rule.table)
    writer.text("chain", rule.chain)
    writer.text("destination", rule.destination)
    writer.boolean("is_conditional", rule.isConditional)
    writer.boolean("is_for_local_clients", rule.isForLocalClients)
  }
}

/// The JSON fields of a socket on the port.
private struct DiagnosedSocketFields: FieldWritable {
  let socket: DiagnosedSocket
  let origins: [Int32: ProcessOrigin]

  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.text("effect", socket.effect?.name)
    if let effect = socket.effect { writer.object("because") { Self.write(effect, to: &$0) } }
    writer.text("use", socket.use.rawValue)
    if case .after(let rest) = socket.release { writer.milliseconds("free_in_ms", rest) }
    let options = socket.portSocket.options
    writer.object("options") { writer in
      writer.boolean("reuseaddr", options[.reuseAddress])
      writer.boolean("reuseport", options[.reusePort])
      writer.boolean("v6only", options[.v6Only])
    }
    writer.text("options_source", socket.optionsSource?.rawValue)
    writer.object("socket", SocketFields(onHost: socket.socket))
    let list = HolderList(socket)
    writer.objects("holders", list.entries) { [origins] entry, writer in
      entry.writeFields(to: &writer)
      if let origin = origins[entry.holder.pid] { writer.origin(origin) }
    }
    writer.texts("holders_missing", list.reasons?.names)
  }

  private static func write(_ effect: SocketEffect, to writer: inout some FieldWriter) {
    switch effect {
    case .blocks(let reason):
      writer.text("overlap", reason.overlap.rawValue)
      writer.text("reuseaddr", reason.reuseAddress.rawValue)
      writer.text("reuseport", reason.reusePort.rawValue)
    case .depends(let unknowns): writer.texts("unknown", unknowns.names)
    case .harmless(let reason): writer.text("harmless", reason.rawValue)
    }
  }
}

/// The JSON fields of a listener in another network namespace.
private struct ElsewhereFields: FieldWritable {
  let listener: ListenerElsewhere

  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("namespace", listener.namespace)
    writer.object("socket", SocketFields(onHost: listener.socket))
    writer.number("pid", listener.process?.process.pid)
    writer.text("command", utf8: listener.process?.command)
  }
}

extension RestraintText: FieldWritable {
  func writeFields<Writer: FieldWriter>(to writer: inout Writer) { writer.advice("kind", name, sentence, commands) }
}

extension FieldWriter {
  /// Writes a sentence with its name and the commands that belong to it.
  fileprivate mutating func advice(_ key: String, _ name: String, _ sentence: String, _ commands: [String]) {
    text(key, name)
    text("text", sentence)
    texts("commands", commands)
  }
}

extension SocketFields<InetSocket> {
  /// The fields of a socket of this host, with the name of its interface.
  fileprivate init(onHost socket: InetSocket) {
    var interfaces = InterfaceNames(.host)
    self.init(socket, interfaces: &interfaces)
  }
}

extension Diagnosis.Probe {
  /// The answer as JSON has it: `succeeds`, the kernel's name of the error, or why there was no bind().
  fileprivate var name: String {
    switch self {
    case .succeeded: "succeeds"
    case .failed(let error): "\(error)"
    case .impossible(let error): error.code.rawValue
    }
  }
}
