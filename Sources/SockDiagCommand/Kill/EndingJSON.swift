internal import BindDiagnosis
internal import SockDiag
internal import SockDiagWire
internal import SocketOwners

/// What `kill --json` prints: one object.
struct EndingJSON {
  private(set) var bytes: [UInt8] = []

  /// - Parameters:
  ///   - outcomes: What became of each target; empty if nothing was tried.
  ///   - aftermath: What is left; `nil` if nothing was tried.
  init(_ plan: borrowing EndingPlan, outcomes: [EndingOutcome] = [], aftermath: Aftermath? = nil) throws(CommandFailure)
  {
    let claim = plan.claim
    bytes += "{\"port\":\(claim.port.port),\"protocols\":[".utf8
    bytes += claim.transports.map { "\"\($0)\"" }.joined(separator: ",").utf8
    bytes += "]".utf8
    if case .addresses(let addresses) = claim.port.place {
      bytes += ",\"addresses\":[\(addresses.map { "\"\($0)\"" }.joined(separator: ","))]".utf8
    }
    try append("sockets", plan.sockets)
    bytes += ",\"processes\":[".utf8
    for (index, target) in plan.targets.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      append(target, index < outcomes.count ? outcomes[index] : nil)
    }
    bytes += "]".utf8
    if let aftermath {
      bytes += ",\"is_free\":\(aftermath.isFree),\"verdict\":\"\(aftermath.verdict.name)\"".utf8
      let blockers = aftermath.blockers
      try append("remaining", blockers.map { ($0.socket, HolderList($0)) })
      let connections = blockers.count { $0.use == .connection || $0.use == .outgoingConnection }
      bytes += ",\"remaining_connections\":\(connections)".utf8
      bytes += ",\"left_over\":\(blockers.count(where: \.isLeftBehind))".utf8
      if aftermath.blocksForATime, let end = aftermath.diagnoses.compactMap(\.freeIn).max() {
        let (seconds, attoseconds) = end.components
        bytes += ",\"left_over_expires_ms\":\(seconds * 1000 + attoseconds / 1_000_000_000_000_000)".utf8
      }
      bytes += ",\"restarted\":[".utf8
      for (index, newcomer) in aftermath.newcomers.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        append(newcomer)
      }
      bytes += "]".utf8
    }
    bytes += "}\n".utf8
  }

  private mutating func append(
    _ key: String, _ sockets: [(socket: InetSocket, holders: HolderList)]
  ) throws(CommandFailure) {
    let renderer = JSONRenderer(.array, interfaces: InterfaceNames(.host), output: ByteOutput(descriptor: nil))
    for (socket, holders) in sockets { try renderer.render(socket, SocketNotes(holders: holders)) }
    try renderer.finish(afterFailure: false)
    // The newline behind the array belongs to a document.
    bytes += ",\"\(key)\":".utf8
    bytes += renderer.text.dropLast()
  }

  private mutating func append(_ newcomer: Newcomer) {
    bytes += "{\"pid\":\(newcomer.details.process.pid)".utf8
    bytes.appendJSONMembers(of: newcomer.details)
    if let supervisor = newcomer.supervisor {
      bytes += ",\"supervisor\":{\"name\":".utf8
      bytes.appendJSONString(supervisor.name)
      bytes.appendJSON("stop_command", Array(supervisor.stopCommand.utf8))
      bytes += "}".utf8
    }
    if let starter = newcomer.starter { bytes += ",\"started_by\":\(starter.process.pid)".utf8 }
    bytes += "}".utf8
  }

  private mutating func append(_ target: EndingTarget, _ outcome: EndingOutcome?) {
    bytes += "{\"pid\":\(target.process.pid)".utf8
    bytes.appendJSONMembers(of: target.details)
    if let supervisor = target.supervisor {
      bytes += ",\"supervisor\":{\"name\":".utf8
      bytes.appendJSONString(supervisor.name)
      bytes.appendJSON("stop_command", Array(supervisor.stopCommand.utf8))
      bytes += "}".utf8
    }
    switch target.standing {
    case .ordinary: break
    case .ancestor: bytes += ",\"standing\":\"ancestor\"".utf8
    case .itself: bytes += ",\"standing\":\"itself\"".utf8
    case .manager: bytes += ",\"standing\":\"manager\"".utf8
    }
    if let outcome {
      bytes += ",\"outcome\":\"\(outcome.name)\"".utf8
      if case .denied(let errno) = outcome { bytes += ",\"errno\":\(errno)".utf8 }
      if case .failed(let errno) = outcome { bytes += ",\"errno\":\(errno)".utf8 }
    }
    bytes += "}".utf8
  }
}
