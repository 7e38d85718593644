internal import BindDiagnosis
public import SockDiag
internal import SockDiagWire
public import SocketOwners

/// Why no process is ended.
public struct EndingRefusal: Sendable, Hashable {
  /// The kind of a refusal. Later versions may add kinds.
  public struct Kind: RawRepresentable, Hashable, Sendable {
    /// The name for programs.
    public let rawValue: String

    /// Creates a kind from its name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// No process holds a socket of the port.
    public static let noHolder = Kind(rawValue: "no-holder")
    /// Only records of closed connections are left: ``EndingRefusal/records``.
    public static let onlyRecords = Kind(rawValue: "only-records")
    /// Processes hold the same port of the other protocol: ``EndingRefusal/otherProtocol``,
    /// ``EndingRefusal/processes``.
    public static let onlyOtherProtocol = Kind(rawValue: "only-other-protocol")
    /// Only connections have the port, ``EndingRefusal/sockets``, and their owners are ended only on request.
    public static let onlyConnections = Kind(rawValue: "only-connections")
    /// A process holds the port that other programs depend on: ``EndingRefusal/target``.
    public static let manager = Kind(rawValue: "manager")
    /// Only this process holds the port.
    public static let onlyThisProcess = Kind(rawValue: "only-this-command")
    /// No process is known to hold the sockets: ``EndingRefusal/sockets``.
    public static let unknownHolders = Kind(rawValue: "unknown-holders")
    /// The processes ended while they were looked at.
    public static let holderHasEnded = Kind(rawValue: "holder-has-ended")
    /// A unit, container or forwarder may start the process again: ``EndingRefusal/target``.
    public static let supervised = Kind(rawValue: "supervised")
  }

  /// The kind of the refusal.
  public var kind: Kind
  /// One sentence without a full stop.
  public var description: String
  /// The records of closed connections.
  public var records: [InetSocket] = []
  /// How long until the last record that is known to expire has expired.
  public var expireIn: Duration?
  /// The same ports of the other protocol.
  public var otherProtocol: PortSelection?
  /// The processes that hold those. Empty if they are hidden.
  public var processes: [ProcessDetails] = []
  /// The sockets without a known holder, or the connections.
  public var sockets: [HeldSocket] = []
  /// The process that is not ended.
  public var target: EndingTarget?
  /// The `.socket` unit for which systemd holds the port, if it is known.
  public var socketUnit: SystemdUnit?
  /// Whether more rights may help.
  public var takesPrivilege = false

  init(_ kind: Kind, _ description: String) { (self.kind, self.description) = (kind, description) }
}

extension EndingRefusal: CustomStringConvertible {}

extension EndingRefusal {
  package static func noHolder(_ ports: PortSelection) -> EndingRefusal {
    EndingRefusal(.noHolder, "no process holds \(ports.isSingle ? "" : "any of the ")\(ports)")
  }

  static func onlyRecords(_ records: [InetSocket], expireIn rest: Duration?, _ ports: PortSelection) -> EndingRefusal {
    let isOne = records.count == 1
    let end = rest.map { ", \(isOne ? "which" : "the last of which") expires in \($0.components.seconds + 1) s" } ?? ""
    let left = isOne ? "1 record of a closed connection is" : "\(records.count) records of closed connections are"
    var refusal = EndingRefusal(.onlyRecords, "no process holds \(ports): \(left) left\(end)")
    (refusal.records, refusal.expireIn) = (records, rest)
    return refusal
  }

  static func onlyOtherProtocol(
    _ other: PortSelection, _ processes: [ProcessDetails], _ ports: PortSelection
  ) -> EndingRefusal {
    let names = processes.isEmpty ? "a process that this user cannot see" : NameList.text(processes.map(\.words))
    var refusal = EndingRefusal(
      .onlyOtherProtocol,
      "no process holds \(ports.fullDescription), but \(names) \(processes.count > 1 ? "hold" : "holds")"
        + " \(other.fullDescription)")
    (refusal.otherProtocol, refusal.processes) = (other, processes)
    return refusal
  }

  /// - Parameter isChoosable: Whether the port is in the range from which the kernel chooses outgoing ports, which
  ///   servers seldom use. The kernel does not tell accepted and outgoing connections apart.
  static func onlyConnections(_ held: [HeldSocket], isChoosable: Bool, _ ports: PortSelection) -> EndingRefusal {
    let processes = held.processes
    let holders = processes.isEmpty ? "" : " of \(NameList.text(processes.map(\.words)))"
    let kind =
      isChoosable
      ? "outgoing, as the port is one that the kernel chooses, or accepted by a listener that is gone"
      : "accepted by a listener that is gone, or outgoing from a port that its program chose"
    var refusal = EndingRefusal(
      .onlyConnections,
      "nothing listens on \(ports) or is bound to it; it is the local port of \(held.count.counted("connection"))"
        + "\(holders), \(kind)")
    refusal.sockets = held
    return refusal
  }

  static func manager(_ manager: EndingTarget, socketUnit: SystemdUnit?, holding place: String) -> EndingRefusal {
    var description = "systemd holds \(place) for \(socketUnit?.displayName ?? "one of its .socket units")"
    if !manager.standing.isSystemd {
      description = "\(manager.details.words) holds \(place) and is the first process, with which all others end"
    }
    var refusal = EndingRefusal(.manager, description)
    (refusal.target, refusal.socketUnit) = (manager, socketUnit)
    return refusal
  }

  static func onlyThisProcess(holding place: String) -> EndingRefusal {
    EndingRefusal(.onlyThisProcess, "only this process holds \(place): it inherited the socket")
  }

  static func holderHasEnded(_ ports: PortSelection) -> EndingRefusal {
    EndingRefusal(.holderHasEnded, "the process that held \(ports) has just ended")
  }

  package static func unknownHolders(_ sockets: [HeldSocket]) -> EndingRefusal {
    let names = sockets.map { "\($0.socket.protocol) \($0.socket.localText)" }
    let name = names.count == 1 ? names.joined() : "\(names.count) sockets of it"
    let reasons = sockets.map { $0.missing ?? [] }
    // One hidden process is reason enough to ask for more rights.
    let isHidden = reasons.contains(where: \.takesPrivilege)
    let all = reasons.reduce(into: MissingHolder.Reasons()) { $0.formUnion($1) }
    var refusal = EndingRefusal(
      .unknownHolders,
      isHidden
        ? "the process that holds \(name) is hidden from this user"
        : "no process holds \(name) that could be ended: \(all)")
    (refusal.sockets, refusal.takesPrivilege) = (sockets, isHidden)
    return refusal
  }

  package static func supervised(_ target: EndingTarget) -> EndingRefusal {
    let supervisor = target.supervision?.name ?? "another program"
    var refusal = EndingRefusal(
      .supervised, "\(target.details.words) is run by \(supervisor), which may start it again")
    refusal.target = target
    return refusal
  }
}
