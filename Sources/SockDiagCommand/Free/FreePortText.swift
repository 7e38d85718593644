internal import BindDiagnosis
internal import SockDiag
internal import SockDiagWire

/// The sentence of `free` if too few ports are free.
struct FreePortText {
  /// The ports that the user named; empty for none.
  let ranges: [PortRangeArgument]
  let transports: [TransportProtocol]
  let wanted: Int
  let outcome: FreePortSearch.Outcome
  /// The next free port above; `nil` if there is none, or it was not looked for.
  let next: UInt16?
  /// The command that asks `why` about the first port in doubt.
  let question: String

  /// The sentence, without a full stop.
  var sentence: String {
    let end = next.map { "; the next free one is \($0)" } ?? ""
    if !outcome.free.isEmpty {
      let count = outcome.free.count
      let few = isSingle ? "only \(subject) is" : "only \(count) of the \(subject) \(count == 1 ? "is" : "are")"
      return "\(few) free, and \(wanted) are wanted\(end)"
    }
    switch outcome.status {
    case .error: return failure
    case .depends:
      let doubt = outcome.undecided.count
      if isSingle { return "whether \(subject) is free depends on facts that are unknown; '\(question)' lists them" }
      let rest = outcome.inUse + outcome.failing
      return
        "none of the \(subject) is certainly free: \(rest) cannot be bound, and \(doubt) \(doubt == 1 ? "depends" : "depend")"
        + " on facts that are unknown; '\(question)' lists them"
    case .conflict, .free:
      if isSingle { return "\(subject) is in use: \(BlockerText.first(of: outcome.conflict))\(end)" }
      let failing = outcome.failing
      let others =
        failing == 0
        ? "are in use" : "fail: \(outcome.inUse) are in use, and bind() fails with another error for \(failing)"
      return "all \(subject) \(others)\(end)"
    }
  }

  private var failure: String {
    guard let diagnosis = outcome.failure, case .error(let errno) = diagnosis.verdict else {
      return "bind() of \(subject) fails"
    }
    let ports = isSingle ? subject : "each of the \(subject)"
    return "bind() of \(ports) fails with \(errno) (\(SystemMessage.text(errno.rawValue))):"
      + " \(diagnosis.cause(of: errno)); '\(question)' says what helps"
  }

  private var isSingle: Bool { outcome.examined == 1 }

  /// `port 8080`, `101 ports from 3000 to 3100`, `205 UDP ports of 3000-3100 and 4000-4103`.
  private var subject: String {
    let protocols =
      transports == [.tcp] ? "" : transports.map { $0 == .udp ? "UDP" : "TCP" }.joined(separator: " and ") + " "
    guard let first = ranges.first else { return "\(outcome.examined) \(protocols)ports that a server may use" }
    if ranges.count == 1, first.isSingle { return "\(protocols)port \(first.description)" }
    let count = "\(outcome.examined) \(protocols)ports"
    if ranges.count == 1, first.first.place == .unnamed { return "\(count) from \(first.first.port) to \(first.last)" }
    return "\(count) of \(ranges.map(\.description).joined(separator: ", "))"
  }
}
