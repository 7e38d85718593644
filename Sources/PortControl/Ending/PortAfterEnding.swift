public import BindDiagnosis
package import SockDiag
internal import SocketOwners

/// The state of the ports when the signals have had their effect.
public struct PortAfterEnding: Sendable, Hashable {
  /// The ports.
  public let selection: PortSelection
  /// The diagnosis for each address, protocol and port.
  public let diagnoses: [Diagnosis]
  /// Processes that hold the port, or held it meanwhile, and were not among those to end.
  public var unlistedHolders: [UnlistedProcess] = []
  /// Processes that were started meanwhile and do not hold the port.
  public var startedProcesses: [UnlistedProcess] = []

  init(_ selection: PortSelection, _ diagnoses: [Diagnosis]) {
    self.selection = selection
    self.diagnoses = diagnoses
  }

  /// The worst verdict.
  public var verdict: Diagnosis.Verdict { diagnoses.verdict }

  /// Whether a bind() would succeed.
  public var isFree: Bool { verdict == .free }

  /// The sockets that block, each once. A socket may block several addresses.
  public var blockers: [DiagnosedSocket] { diagnoses.filter { $0.verdict == .conflict }.distinctBlockers }

  /// Whether only records of closed connections block, which no process holds and which expire by themselves.
  public var isBlockedByRecordsOnly: Bool {
    let blockers = blockers
    return verdict == .conflict && !blockers.isEmpty && blockers.allSatisfy(\.isLeftBehind)
  }

  /// When the last record expires; `nil` where that is not known.
  public var freeIn: Duration? { diagnoses.compactMap(\.freeIn).max() }

  /// The same for each port by itself.
  public var byPort: [PortAfterEnding] {
    if selection.isSingle { return [self] }
    var groups: [(place: EndingTarget.SocketPlace, diagnoses: [Diagnosis])] = []
    for diagnosis in diagnoses {
      let place = EndingTarget.SocketPlace(
        port: diagnosis.request.local.port, transport: diagnosis.request.protocol)
      if let index = groups.firstIndex(where: { $0.place == place }) {
        groups[index].diagnoses.append(diagnosis)
      } else {
        groups.append((place, [diagnosis]))
      }
    }
    return groups.map { PortAfterEnding(selection.narrowed(to: $0.place.port, $0.place.transport), $0.diagnoses) }
  }

  /// The protocol that is in use, or one of those that were asked about.
  package var transport: TransportProtocol {
    diagnoses.first { $0.verdict == .conflict }?.request.protocol ?? selection.transports.first ?? .tcp
  }
}

extension PortAfterEnding: CustomStringConvertible {
  /// The answer of a diagnosis, and the processes that were not listed, as one sentence without a full stop.
  public var description: String { ([diagnoses.summary] + unlistedHolders.map { "\($0)" }).joined(separator: "; ") }
}
