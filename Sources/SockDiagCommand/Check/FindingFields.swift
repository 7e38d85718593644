internal import HostFindings
internal import SockDiag
internal import SockDiagWire

/// The JSON fields of a finding of `check`.
struct FindingFields: FieldWritable {
  let finding: Finding
  /// The namespace, if all of the host were checked.
  var namespace: NamespaceTag?

  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    let subject = finding.subject
    writer.text("rule", finding.rule.rawValue)
    writer.text("severity", finding.severity.rawValue)
    writer.number("figure", finding.figure)
    writer.number("limit", finding.limit)
    writer.text("unit", finding.unit)
    writer.text("protocol", "\(subject.protocol)")
    writer.address("source_address", subject.source)
    writer.object("local", subject.local)
    writer.object("remote", subject.remote)
    writer.number("pid", subject.process?.processID)
    writer.text("command", subject.process?.command)
    writer.text("text", finding.text)
    writer.text("advice", finding.advice)
    writer.text("remedy", finding.remedy)
    writer.object("network_namespace", namespace)
  }
}
