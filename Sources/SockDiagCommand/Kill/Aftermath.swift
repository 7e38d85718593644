internal import BindDiagnosis
internal import SockDiag
internal import SocketOwners

/// What `why` says of the port when the signals have done their work.
struct Aftermath {
  let claim: PortClaim
  /// The answers for each address and protocol.
  let diagnoses: [Diagnosis]
  /// Processes that hold the port, or held it for a moment, and were not in the plan.
  var newcomers: [Newcomer] = []
  /// Processes that something has started since and that do not hold the port.
  var arrivals: [Newcomer] = []
  /// The namespace, as it was given.
  var namespace: String?

  /// The same verdict as that of `sockdiag why`.
  var verdict: WhyStatus { WhyStatus(diagnoses) }

  /// Whether a bind() would succeed.
  var isFree: Bool { verdict == .free }

  /// The sockets that block, each once. The same socket blocks several addresses.
  var blockers: [DiagnosedSocket] {
    var seen: Set<SocketIdentity> = []
    return diagnoses.filter { $0.verdict == .conflict }.flatMap(\.blockers).filter {
      seen.insert(SocketIdentity($0.socket)).inserted
    }
  }

  /// Whether only records are in the way that no process holds and that expire by themselves.
  var blocksForATime: Bool {
    let blockers = blockers
    return verdict == .conflict && !blockers.isEmpty && blockers.allSatisfy(\.isLeftBehind)
  }

  var status: ExitStatus {
    switch verdict {
    case .free: .success
    case .conflict: blocksForATime ? .partial : .system
    case .depends: .undecided
    case .error: .otherError
    }
  }

  /// What there is to know, in sentences: first whether the port is free.
  var sentences: [String] {
    [state] + newcomers.map(\.sentence)
      + arrivals.map { "\($0.details.cellName) was started since and does not hold the port: it may take it later" }
  }

  private var state: String {
    let port = claim.description
    switch verdict {
    case .free: return "\(port) is free"
    case .conflict where blocksForATime:
      let rest = diagnoses.compactMap(\.freeIn).max()
      let time = rest.map { " for another \(TimeText.seconds($0))" } ?? " until the peer answers"
      let others =
        blockers.contains { $0.use == .timeWait } ? "; a program that sets SO_REUSEADDR may bind it before" : ""
      return "no process holds \(port) any more, but it is in use\(time): \(WaitText.obstacle(diagnoses));"
        + " '\(command("wait", "--free"))' waits for it\(others)"
    case .conflict:
      let owners = blockers.contains { $0.use == .connection && !$0.processes.isEmpty }
      let cure = owners ? "; '\(command("kill", "--connections"))' ends the owners of connections too" : ""
      return "\(port) is in use: \(WaitText.obstacle(diagnoses))\(cure)"
    case .depends:
      return "whether \(port) is free depends on what cannot be seen here; '\(command("why"))' says on what"
    case .error:
      for diagnosis in diagnoses {
        if case .error(let error) = diagnosis.verdict {
          return "no process holds \(port) any more, but bind() of \(diagnosis.request.local) fails with \(error)"
            + " (\(SystemMessage.text(error.rawValue))); '\(command("why"))' says what helps"
        }
      }
      return "bind() of \(port) fails"
    }
  }

  /// A command of this tool about the same port.
  private func command(_ subcommand: String, _ option: String? = nil) -> String {
    // Of two protocols, that which is in use.
    let transport = diagnoses.first { $0.verdict == .conflict }?.request.protocol ?? claim.transports.first ?? .tcp
    return claim.command(subcommand, transport, option, namespace: namespace)
  }
}

/// Lists in sentences.
enum Listing {
  /// Up to five names, each once.
  static func unique(_ names: [String]) -> String {
    var seen: [String] = []
    for name in names where !seen.contains(name) { seen.append(name) }
    let rest = seen.count - 5
    return seen.prefix(5).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
  }
}
