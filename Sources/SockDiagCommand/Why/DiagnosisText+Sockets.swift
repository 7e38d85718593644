internal import BindDiagnosis
internal import SockDiag
internal import SockDiagWire

extension DiagnosisText {
  mutating func blockers(_ diagnosis: Diagnosis) {
    list(diagnosis.sockets.filter { if case .blocks? = $0.effect { true } else { false } }, "Blocks", diagnosis)
    let uncertain = diagnosis.sockets.filter { if case .depends? = $0.effect { true } else { false } }
    let title =
      switch diagnosis.probe {
      case .succeeded?: "On the port, but harmless, as the bind() shows"
      case .failed(.addressInUse)? where diagnosis.blockers.count == 1: "Blocks, as the bind() shows"
      case .failed(.addressInUse)?: "May block: at least one on the port does, as the bind() shows"
      default: "May block"
      }
    list(uncertain, title, diagnosis)
  }

  mutating func harmless(_ diagnosis: Diagnosis) {
    let rest = diagnosis.sockets.filter { !$0.mayBlock }
    list(rest, diagnosis.prediction.effects.isEmpty ? "On the port" : "On the port, but harmless", diagnosis)
  }

  private mutating func list(_ sockets: [DiagnosedSocket], _ title: String, _ diagnosis: Diagnosis) {
    guard !sockets.isEmpty else { return }
    heading(title)
    let groups = Diagnosis.groups(sockets)
    // The same sentences about several in a row are printed once, below the last of them.
    var pending: [String] = []
    for group in groups.prefix(Self.limit) {
      guard let first = group.first else { continue }
      let sentences = diagnosis.reasons(for: first)
      if sentences != pending { for sentence in pending { line(sentence, indent: 6) } }
      pending = sentences
      line(BlockerText.socket(first, count: group.count, separator: "  "))
    }
    for sentence in pending { line(sentence, indent: 6) }
    if groups.count > Self.limit { line("and \((groups.count - Self.limit).counted("kind")) more") }
  }

  private static let limit = 20

  mutating func release(_ diagnosis: Diagnosis) {
    let sentences = diagnosis.releaseSentences
    guard !sentences.isEmpty else { return }
    heading("Until when")
    for sentence in sentences { line(sentence) }
    if diagnosis.request.protocol == .udp, diagnosis.isHeldByKernel { line(Self.tunnels) }
  }

  /// A hint at UDP ports of the kernel, which become free with their interface.
  static let tunnels =
    "The kernel itself has UDP ports for tunnels (vxlan, geneve, WireGuard). 'ip -d link' shows them with their ports, and"
    + " deleting the interface frees the port."

  mutating func elsewhere(_ diagnosis: Diagnosis) {
    guard !diagnosis.elsewhere.isEmpty else { return }
    heading("Same port in other network namespaces (no conflict)")
    for listener in diagnosis.elsewhere.prefix(Self.limit) {
      let columns = [listener.kind, EndpointText.local(listener.socket), listener.holderText]
      line(columns.compactMap(\.self).joined(separator: "  "))
    }
  }

  /// What the answer is based on, and what was not seen.
  mutating func scope(_ diagnosis: Diagnosis) {
    heading("Checked")
    var sentences = diagnosis.scopeSentences(in: namespace.map { "namespace \($0)" } ?? "this network namespace")
    if context.leavesOutIPv6 {
      sentences.insert("No IPv6 address: this host has no IPv6, and then servers bind only IPv4.", at: 1)
    }
    for sentence in sentences { line(sentence) }
  }
}
