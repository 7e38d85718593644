internal import BindDiagnosis
internal import SockDiagWire

extension DiagnosisText {
  /// Rules that take connections away from the program that binds the port.
  mutating func redirections(_ diagnosis: Diagnosis) {
    guard let redirections = diagnosis.redirections else { return }
    let rules = redirections.rules ?? []
    if !rules.isEmpty {
      let verb = rules.allSatisfy(\.isConditional) ? "may send" : "send"
      heading("Rules \(verb) what arrives for this port elsewhere")
      for rule in rules.prefix(5) { line("\(rule)") }
      if rules.count > 5 { line("and \((rules.count - 5).counted("rule")) more") }
    }
    if redirections.hasLegacyNATTables, diagnosis.verdict == .free {
      line("Not seen: NAT rules of the old iptables; 'iptables-legacy -t nat -S' shows them.")
    }
  }
}
