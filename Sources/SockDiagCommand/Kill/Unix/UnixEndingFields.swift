internal import BindDiagnosis
internal import PortControl
internal import SockDiagWire

/// The JSON fields of `kill` for UNIX sockets: the names and processes, and after an attempt what became of them.
struct UnixEndingFields: FieldWritable {
  let names: [UnixSocketName]
  let plan: EndingPlan
  /// The result for each process, in the order of the plan; empty if nothing was tried.
  var outcomes: [EndingOutcome] = []
  /// The diagnosis of each name afterwards; empty if nothing was tried.
  var after: [UnixDiagnosis] = []
  /// Why nothing was tried, if that is not what the user asked for.
  var refusal: RefusedEnding?

  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.objects("names", Array(names.enumerated())) { element, writer in
      let (index, name) = element
      writer.text("name", "\(name)")
      guard index < after.count else { return }
      writer.boolean("is_free", after[index].verdict == .free)
      writer.boolean("is_stale", after[index].isStale)
      writer.text("verdict", WhyStatus(after[index]).name)
    }
    writer.processes(of: plan, outcomes)
    writer.object("refusal", refusal)
  }
}
