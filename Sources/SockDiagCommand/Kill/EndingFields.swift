internal import BindDiagnosis
internal import PortControl
internal import SockDiag
internal import SockDiagWire
internal import SocketOwners

/// The JSON fields of `kill`: the port, its sockets and processes, and after an attempt the results.
struct EndingFields: FieldWritable {
  let plan: EndingPlan
  /// The result for each process, in the order of the plan; empty if nothing was tried.
  var outcomes: [EndingOutcome] = []
  /// The state of the port afterwards; `nil` if nothing was tried.
  var port: PortAfterEnding?
  /// Why nothing was tried, if that is not what the user asked for.
  var refusal: RefusedEnding?

  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writePorts(to: &writer)
    Self.write("sockets", plan.sockets.map { ($0.socket, HolderList($0)) }, to: &writer)
    writer.processes(of: plan, outcomes)
    writer.object("refusal", refusal)
    guard let port else { return }
    let blockers = port.blockers
    writer.boolean("is_free", port.isFree)
    writer.text("verdict", WhyStatus(port.verdict).name)
    Self.write("remaining", blockers.map { ($0.socket, HolderList($0)) }, to: &writer)
    writer.number(
      "remaining_connections", blockers.count { $0.use == .connection || $0.use == .outgoingConnection })
    writer.number("left_over", blockers.count(where: \.isLeftBehind))
    if port.isBlockedByRecordsOnly { writer.milliseconds("left_over_expires_ms", port.freeIn) }
    writer.objects("restarted", port.unlistedHolders) { process, writer in
      writer.process(process.details, plan.selection.supervisor(process.supervision))
      writer.number("started_by", process.starter?.process.pid)
    }
  }

  private static func write(
    _ key: String, _ sockets: [(socket: InetSocket, holders: HolderList)], to writer: inout some FieldWriter
  ) {
    var interfaces = InterfaceNames(.host)
    let fields = sockets.map { SocketFields($0.socket, SocketNotes(holders: $0.holders), interfaces: &interfaces) }
    writer.objects(key, fields, isOnLines: true)
  }

  /// One port as members of the object; several in an array, each with its verdict afterwards.
  private func writePorts(to writer: inout some FieldWriter) {
    let parts = plan.selection.parts
    if plan.selection.isSingle, let part = parts.first {
      writer.number("port", part.ports.lowerBound)
      write(part, to: &writer)
      return
    }
    writer.objects("arguments", parts) { part, writer in
      writer.number("first_port", part.ports.lowerBound)
      writer.number("last_port", part.ports.upperBound)
      write(part, to: &writer)
    }
    guard let port else { return }
    writer.objects("ports", port.byPort) { port, writer in
      writer.number("port", port.selection.parts.first?.ports.lowerBound ?? 0)
      writer.texts("protocols", port.selection.transports.map { "\($0)" })
      writer.boolean("is_free", port.isFree)
      writer.text("verdict", WhyStatus(port.verdict).name)
    }
  }

  private func write(_ part: PortSelection.Part, to writer: inout some FieldWriter) {
    writer.texts("protocols", part.transports.map { "\($0)" })
    if case .addresses(let addresses) = part.place {
      writer.texts("addresses", addresses.map { "\($0)" })
    }
  }
}

extension FieldWriter {
  /// Writes the processes of a plan.
  ///
  /// - Parameter outcomes: What became of each; empty if nothing was tried.
  mutating func processes(of plan: EndingPlan, _ outcomes: [EndingOutcome]) {
    objects("processes", Array(plan.targets.enumerated())) { element, writer in
      let (index, target) = element
      writer.process(target.details, target.supervisor)
      if target.standing != .ordinary { writer.text("standing", target.standing.name) }
      if index < outcomes.count { outcomes[index].writeFields(to: &writer) }
    }
  }

  fileprivate mutating func process(_ details: ProcessDetails, _ supervisor: Supervisor?) {
    number("pid", details.process.pid)
    process(details)
    object("supervisor", supervisor)
  }
}

extension EndingOutcome {
  fileprivate func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.text("outcome", name)
    if errno != 0 { writer.number("errno", errno) }
  }
}

extension Supervisor: FieldWritable {
  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.text("name", name)
    writer.text("stop_command", stopCommand)
  }
}
