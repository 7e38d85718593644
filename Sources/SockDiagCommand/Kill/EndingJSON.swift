internal import BindDiagnosis
internal import SockDiag
internal import SockDiagWire
internal import SocketOwners

/// The object that `kill --json` prints.
struct EndingJSON {
  private(set) var bytes: [UInt8] = []

  /// - Parameters:
  ///   - outcomes: What happened to each target; empty if nothing was tried.
  ///   - port: The state of the port afterwards; `nil` if nothing was tried.
  init(_ plan: borrowing EndingPlan, outcomes: [EndingOutcome] = [], port: PortAfterEnding? = nil)
    throws(CommandFailure)
  {
    let selection = plan.selection
    bytes += "{\"port\":\(selection.port.port),\"protocols\":[".utf8
    bytes += selection.transports.map { "\"\($0)\"" }.joined(separator: ",").utf8
    bytes += "]".utf8
    if case .addresses(let addresses) = selection.port.place {
      bytes += ",\"addresses\":[\(addresses.map { "\"\($0)\"" }.joined(separator: ","))]".utf8
    }
    try append("sockets", plan.sockets)
    bytes += ",\"processes\":[".utf8
    for (index, target) in plan.targets.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      append(target, index < outcomes.count ? outcomes[index] : nil, plan.selection)
    }
    bytes += "]".utf8
    if let port {
      bytes += ",\"is_free\":\(port.isFree),\"verdict\":\"\(port.verdict.name)\"".utf8
      let blockers = port.blockers
      try append("remaining", blockers.map { HeldSocket(socket: $0.socket, holders: HolderList($0)) })
      let connections = blockers.count { $0.use == .connection || $0.use == .outgoingConnection }
      bytes += ",\"remaining_connections\":\(connections)".utf8
      bytes += ",\"left_over\":\(blockers.count(where: \.isLeftBehind))".utf8
      if port.isBlockedByRecordsOnly, let end = port.freeIn {
        let (seconds, attoseconds) = end.components
        bytes += ",\"left_over_expires_ms\":\(seconds * 1000 + attoseconds / 1_000_000_000_000_000)".utf8
      }
      bytes += ",\"restarted\":[".utf8
      for (index, unlisted) in port.unlistedHolders.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        append(unlisted, plan.selection)
      }
      bytes += "]".utf8
    }
    bytes += "}\n".utf8
  }

  private mutating func append(_ key: String, _ sockets: [HeldSocket]) throws(CommandFailure) {
    let renderer = JSONRenderer(.array, interfaces: InterfaceNames(.host), output: ByteOutput(descriptor: nil))
    for held in sockets { try renderer.render(held.socket, SocketNotes(holders: held.holders)) }
    try renderer.finish(afterFailure: false)
    // The newline behind the array belongs to a document.
    bytes += ",\"\(key)\":".utf8
    bytes += renderer.text.dropLast()
  }

  private mutating func append(_ unlisted: UnlistedProcess, _ selection: PortSelection) {
    bytes += "{\"pid\":\(unlisted.details.process.pid)".utf8
    bytes.appendJSONMembers(of: unlisted.details)
    if let supervisor = selection.supervisor(unlisted.supervision) {
      bytes += ",\"supervisor\":{\"name\":".utf8
      bytes.appendJSONString(supervisor.name)
      bytes.appendJSON("stop_command", Array(supervisor.stopCommand.utf8))
      bytes += "}".utf8
    }
    if let starter = unlisted.starter { bytes += ",\"started_by\":\(starter.process.pid)".utf8 }
    bytes += "}".utf8
  }

  private mutating func append(_ target: EndingTarget, _ outcome: EndingOutcome?, _ selection: PortSelection) {
    bytes += "{\"pid\":\(target.process.pid)".utf8
    bytes.appendJSONMembers(of: target.details)
    if let supervisor = selection.supervisor(target.supervision) {
      bytes += ",\"supervisor\":{\"name\":".utf8
      bytes.appendJSONString(supervisor.name)
      bytes.appendJSON("stop_command", Array(supervisor.stopCommand.utf8))
      bytes += "}".utf8
    }
    switch target.standing {
    case .ordinary: break
    case .ancestor: bytes += ",\"standing\":\"ancestor\"".utf8
    case .itself: bytes += ",\"standing\":\"itself\"".utf8
    case .systemd, .firstProcess: bytes += ",\"standing\":\"manager\"".utf8
    }
    if let outcome {
      bytes += ",\"outcome\":\"\(outcome.name)\"".utf8
      if case .denied(let errno) = outcome { bytes += ",\"errno\":\(errno)".utf8 }
      if case .failed(let errno) = outcome { bytes += ",\"errno\":\(errno)".utf8 }
    }
    bytes += "}".utf8
  }
}
