internal import BindDiagnosis
internal import SockDiag
internal import SocketOwners

extension DiagnosisText {
  /// One line: the addresses and the answer; and one for what was asked.
  mutating func verdict(_ group: [Diagnosis]) {
    guard let diagnosis = group.first else { return }
    let request = diagnosis.request
    line(Diagnosis.verdictSentence(of: group), indent: 0)
    var circumstances = ["user \(UserName.text(request.uid))"]
    // IPV6_V6ONLY is set for IPv6 addresses only, and need not be said for others.
    let options = group.reduce(into: BindOptions()) { $0.formUnion($1.request.options) }
    circumstances += options.kernelNames
    if request.interfaceIndex != 0 {
      var interfaces = InterfaceNames(.host)
      let name = interfaces.name(request.interfaceIndex).map { String(decoding: $0, as: UTF8.self) }
      circumstances.append("bound to \(name ?? "interface \(request.interfaceIndex)")")
    }
    if options.isEmpty { circumstances.append("\(options)") }
    line("for \(circumstances.joined(separator: ", "))", indent: 0)
  }
}
