internal import BindDiagnosis
internal import SockDiag
internal import SockDiagWire
internal import SocketOwners

/// The JSON fields of `kill`: the port, its sockets and processes, and after an attempt the results.
struct EndingFields: FieldWritable {
  let plan: EndingPlan
  /// The result for each process, in the order of the plan; empty if nothing was tried.
  var outcomes: [EndingOutcome] = []
  /// The state of the port afterwards; `nil` if nothing was tried.
  var aftermath: Aftermath?

  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    let claim = plan.claim
    writer.number("port", claim.port.port)
    writer.texts("protocols", claim.transports.map { "\($0)" })
    if case .addresses(let addresses) = claim.port.place {
      writer.texts("addresses", addresses.map { "\($0)" })
    }
    Self.write("sockets", plan.sockets, to: &writer)
    writer.objects("processes", Array(plan.targets.enumerated())) { element, writer in
      let (index, target) = element
      target.writeFields(to: &writer)
      if index < outcomes.count { outcomes[index].writeFields(to: &writer) }
    }
    guard let aftermath else { return }
    let blockers = aftermath.blockers
    writer.boolean("is_free", aftermath.isFree)
    writer.text("verdict", aftermath.verdict.name)
    Self.write("remaining", blockers.map { ($0.socket, HolderList($0)) }, to: &writer)
    writer.number(
      "remaining_connections", blockers.count { $0.use == .connection || $0.use == .outgoingConnection })
    writer.number("left_over", blockers.count(where: \.isLeftBehind))
    if aftermath.blocksForATime {
      writer.milliseconds("left_over_expires_ms", aftermath.diagnoses.compactMap(\.freeIn).max())
    }
    writer.objects("restarted", aftermath.newcomers)
  }

  private static func write(
    _ key: String, _ sockets: [(socket: InetSocket, holders: HolderList)], to writer: inout some FieldWriter
  ) {
    var interfaces = InterfaceNames(.host)
    let fields = sockets.map { SocketFields($0, SocketNotes(holders: $1), interfaces: &interfaces) }
    writer.objects(key, fields, isOnLines: true)
  }
}

extension EndingTarget: FieldWritable {
  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("pid", process.pid)
    writer.process(details)
    writer.object("supervisor", supervisor)
    switch standing {
    case .ordinary: break
    case .ancestor: writer.text("standing", "ancestor")
    case .itself: writer.text("standing", "itself")
    case .manager: writer.text("standing", "manager")
    }
  }
}

extension EndingOutcome: FieldWritable {
  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.text("outcome", name)
    switch self {
    case .denied(let errno), .failed(let errno): writer.number("errno", errno)
    default: break
    }
  }
}

extension Newcomer: FieldWritable {
  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("pid", details.process.pid)
    writer.process(details)
    writer.object("supervisor", supervisor)
    writer.number("started_by", starter?.process.pid)
  }
}

extension Supervisor: FieldWritable {
  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.text("name", name)
    writer.text("stop_command", stopCommand)
  }
}
