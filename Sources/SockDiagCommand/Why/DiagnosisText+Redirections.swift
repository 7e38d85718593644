internal import BindDiagnosis

extension DiagnosisText {
  /// Rules that take connections away from whoever binds the port.
  mutating func redirections(_ diagnosis: Diagnosis) {
    guard let redirections = diagnosis.redirections else { return }
    let rules = redirections.rules ?? []
    if !rules.isEmpty {
      heading(
        rules.allSatisfy(\.isConditional)
          ? "What arrives for the port may go elsewhere, whoever binds it"
          : "What arrives for the port goes elsewhere, whoever binds it")
      for rule in rules.prefix(5) { line(rule.sentence) }
      if rules.count > 5 { line("and \(Self.count(rules.count - 5, "rule")) more") }
    }
    if redirections.hasLegacyTables, diagnosis.verdict == .free {
      line("Not seen: rules for NAT of the old iptables; 'iptables-legacy -t nat -S' shows them.")
    }
  }
}

extension PortRedirection {
  /// Where it leads, and where it stands.
  var sentence: String {
    let place = "chain \(chain) of table \(family) \(table)"
    let clients = isForLocalClients ? ", for clients on this host" : ""
    let condition = isConditional ? ", on conditions that were not looked at" : ""
    return "To \(destination ?? "an address of a map")\(clients)\(condition): a rule in \(place)."
  }
}
