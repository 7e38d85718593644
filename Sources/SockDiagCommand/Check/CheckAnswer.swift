internal import HostFindings
internal import SockDiag

/// What `check` found in one network namespace.
struct CheckAnswer {
  /// The namespace, if all of the host were checked.
  var namespace: NamespaceTag?
  let findings: [Finding]
  let scope: FindingScope
  /// The time between the two looks.
  let interval: Duration
  /// Whether all sockets were seen.
  let isComplete: Bool
  /// Remarks about lists that are incomplete.
  private(set) var remarks = Remarks()

  init(_ findings: [Finding], _ scope: FindingScope, interval: Duration, isComplete: Bool) {
    self.findings = findings
    self.scope = scope
    self.interval = interval
    self.isComplete = isComplete
  }

  init(_ namespace: NamespaceTag?, _ facts: HostFacts, _ limits: FindingLimits) {
    self.init(
      facts.findings(limits), facts.scope, interval: facts.interval,
      isComplete: facts.defects.union(facts.udpDefects).isComplete)
    self.namespace = namespace
    remarks.note(.tcp, facts.defects, facts.substitution)
    remarks.note(.udp, facts.udpDefects, facts.udpSubstitution)
  }
}
