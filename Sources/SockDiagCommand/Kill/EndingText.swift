internal import Glibc
internal import SockDiag
internal import SocketOwners

/// What `kill` shows to people.
enum EndingText {
  /// Shows the sockets with their holders, and what is known about the processes.
  static func show(_ plan: borrowing EndingPlan, on descriptor: Int32) throws(CommandFailure) {
    try table(plan.sockets, plan.claim, on: descriptor)
    try write(plan.targets.flatMap { lines(about: $0) }, on: descriptor)
  }

  /// Shows sockets with their holders.
  static func table(
    _ sockets: [(socket: InetSocket, holders: HolderList)], _ claim: PortClaim, on descriptor: Int32
  ) throws(CommandFailure) {
    // Columns follow from what there is: a port has few sockets.
    func states(_ transport: TransportProtocol) -> SocketStateSet {
      sockets.reduce(into: []) { states, entry in
        if entry.socket.protocol == transport { states.insert(SocketStateSet(entry.socket.state)) }
      }
    }
    let renderer = TableRenderer(
      TableShape(states(.tcp).union(states(.udp))), showsHeader: true, notes: .holders,
      interfaces: InterfaceNames(.host), terminal: .of(descriptor), output: ByteOutput(descriptor: descriptor))
    for (socket, holders) in sockets { try renderer.render(socket, SocketNotes(holders: holders)) }
    try renderer.finish(afterFailure: false)
  }

  /// A process, and below it what should be known before it is ended.
  static func lines(about target: EndingTarget) -> [String] {
    var line = target.name
    if let uid = target.details.uid { line += " uid=\(uid)" }
    if let arguments = target.details.arguments, !arguments.isEmpty {
      line += " args=" + arguments.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
    }
    var lines = [line]
    if let supervisor = target.supervisor {
      lines.append(
        "  run by \(supervisor.name), which may start it again; '\(supervisor.stopCommand)' ends it for good")
    }
    switch target.standing {
    case .ordinary: break
    case .ancestor: lines.append("  this command runs below it, so that this terminal or session may end as well")
    case .itself: lines.append("  this command itself, to which its starter left the descriptor; it is spared")
    case .manager: lines.append("  it holds sockets for others, and is never ended")
    }
    return lines
  }

  /// What became of a process.
  static func line(about target: EndingTarget, _ outcome: EndingOutcome, _ manner: EndingManner) -> String {
    let signal = manner.signal.description
    let grace = DurationArgument.spelt(manner.grace)
    let what =
      switch outcome {
      case .ended: "ended by \(signal)"
      case .killed: "killed, for \(signal) did not end it within \(grace)"
      case .gone: "had ended before it was its turn"
      case .notHolding: "no longer holds the socket, and was not signalled"
      case .released: "closed the socket and runs on; it was not killed"
      case .running where manner.kills: "still runs, although SIGKILL was sent; it may wait for a disk or a device"
      case .running: "still runs, \(grace) after \(signal)"
      case .denied: "not signalled, for this user may not"
      case .failed(ENOSYS): "not signalled, for that takes Linux 5.3"
      case .failed(EXDEV): "not signalled, for /proc is that of another pid namespace"
      case .failed(let errno): "not signalled: \(SystemMessage.text(errno))"
      case .spared: "spared"
      }
    return "\(target.name): \(what)"
  }

  /// Writes lines, harmless to a terminal.
  static func write(_ lines: [String], on descriptor: Int32) throws(CommandFailure) {
    var output = ByteOutput(descriptor: descriptor)
    for line in lines {
      output.bytes.appendVisible(line.utf8)
      output.bytes.append(UInt8(ascii: "\n"))
    }
    try output.flush()
  }
}
