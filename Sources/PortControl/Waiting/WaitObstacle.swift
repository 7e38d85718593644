public import BindDiagnosis
public import SockDiag

/// The reason why the goal of a wait is not reached. Later versions may add reasons.
public struct WaitObstacle: Sendable, Hashable {
  private enum Reason: Hashable {
    case bind([Diagnosis])
    case addressNotLocal(IPAddress)
    case otherSockets([InetSocket])
    case unix(UnixDiagnosis)
  }

  private let reason: Reason

  /// bind() fails, or may fail: the last diagnosis of each request that names the processes.
  public static func bind(_ diagnoses: [Diagnosis]) -> WaitObstacle { WaitObstacle(reason: .bind(diagnoses)) }

  /// Something is to listen on this address, which the host does not have.
  public static func addressNotLocal(_ address: IPAddress) -> WaitObstacle {
    WaitObstacle(reason: .addressNotLocal(address))
  }

  /// Only these sockets are on the port, and a client that connects as asked reaches none of them. Often there are none.
  public static func otherSockets(_ sockets: [InetSocket]) -> WaitObstacle {
    WaitObstacle(reason: .otherSockets(sockets))
  }

  /// The name of a UNIX socket is not free, or not served.
  public static func unix(_ diagnosis: UnixDiagnosis) -> WaitObstacle { WaitObstacle(reason: .unix(diagnosis)) }

  /// The diagnosis of each bind(); `nil` if the wait is not for a free port.
  public var diagnoses: [Diagnosis]? { if case .bind(let diagnoses) = reason { diagnoses } else { nil } }

  /// The address that the host does not have, if that is the reason.
  public var foreignAddress: IPAddress? { if case .addressNotLocal(let address) = reason { address } else { nil } }

  /// The sockets on the port that a client does not reach; `nil` for another reason.
  public var otherSockets: [InetSocket]? { if case .otherSockets(let sockets) = reason { sockets } else { nil } }

  /// The diagnosis of the name of a UNIX socket; `nil` if the wait is for ports.
  public var unixDiagnosis: UnixDiagnosis? { if case .unix(let diagnosis) = reason { diagnosis } else { nil } }
}

extension WaitObstacle: CustomStringConvertible {
  /// The reason as one sentence without a full stop.
  public var description: String {
    switch reason {
    case .bind(let diagnoses): diagnoses.summary
    case .addressNotLocal(let address): "\(address) is no address of this host"
    case .otherSockets(let sockets): Self.text(sockets)
    case .unix(let diagnosis): diagnosis.summary
    }
  }

  private static func text(_ sockets: [InetSocket]) -> String {
    guard let first = sockets.first else { return "nothing is there" }
    let place = first.localPlace
    return sockets.count == 1 ? "only \(place) is there" : "only \(place) and \(sockets.count - 1) more are there"
  }
}
