public import SockDiag
public import SocketOwners

/// A process that holds sockets of the port.
public struct EndingTarget: Hashable, Sendable {
  /// A descriptor of the process that leads to one of the sockets.
  public struct Hold: Hashable, Sendable {
    /// The inode of the socket.
    public var inode: UInt32
    /// The descriptor.
    public var holder: SocketHolder
  }

  /// The relation of a process to this one. Later versions may add relations.
  public struct Standing: Hashable, Sendable {
    /// The name for programs: `ordinary`, `ancestor`, `itself`, `manager`.
    public let name: String
    /// Whether the process may be signalled.
    public let isEndable: Bool
    /// The user of systemd's manager; `nil` for the manager of the system, and for any other process.
    public let managerUID: UInt32?
    private let isFirst: Bool

    private init(_ name: String, isEndable: Bool, managerUID: UInt32? = nil, isFirst: Bool = false) {
      (self.name, self.isEndable, self.managerUID, self.isFirst) = (name, isEndable, managerUID, isFirst)
    }

    /// No relation.
    public static let ordinary = Standing("ordinary", isEndable: true)
    /// A process that started this one, or a process that started that one: its end may end this process too.
    public static let ancestor = Standing("ancestor", isEndable: true)
    /// This process, which inherited the descriptor.
    public static let itself = Standing("itself", isEndable: false)
    /// A process that the caller did not choose.
    public static let spared = Standing("spared", isEndable: false)
    /// Another first process, with which all others end.
    public static let firstProcess = Standing("manager", isEndable: false, isFirst: true)

    /// systemd, which holds the sockets for its `.socket` units. The user is the one whose manager it is; `nil` for the
    /// manager of the system.
    public static func systemd(managerUID: UInt32?) -> Standing {
      Standing("manager", isEndable: false, managerUID: managerUID)
    }

    /// Whether other programs depend on the process, so that it is never ended.
    public var isManager: Bool { name == "manager" }

    /// Whether it is systemd.
    public var isSystemd: Bool { isManager && !isFirst }
  }

  /// A port of one protocol.
  public struct SocketPlace: Hashable, Sendable {
    /// The port.
    public var port: UInt16
    /// The protocol.
    public var transport: TransportProtocol

    /// Creates a place.
    public init(port: UInt16, transport: TransportProtocol) { (self.port, self.transport) = (port, transport) }
  }

  /// The process.
  public var details: ProcessDetails
  /// The descriptors by which it holds the sockets.
  public var holds: [Hold]
  /// Its relation to this process.
  public var standing = Standing.ordinary
  /// The unit, container or forwarder that may start the process again; `nil` for none, and if it runs this process
  /// too.
  public var supervision: ProcessSupervision?
  /// The ports that it holds, each once.
  public var places: [SocketPlace]

  /// The process.
  public var process: HoldingProcess { details.process }

  /// - Parameter places: The ports that the process holds.
  init(details: ProcessDetails, holds: [Hold], _ ownProcess: OwnProcess, places: [SocketPlace]) {
    self.details = details
    self.holds = holds
    self.places = places
    switch details.supervision(holding: places.first?.port ?? 0, besides: ownProcess.cgroup) {
    case .socketActivation(let managerUID)?: standing = .systemd(managerUID: managerUID)
    case .firstProcess?: standing = .firstProcess
    case _ where process.pid == ownProcess.pid: standing = .itself
    case let supervision:
      self.supervision = supervision
      if ownProcess.ancestors.contains(process.pid) { standing = .ancestor }
    }
  }

  /// Why the process is not signalled, as a clause without a full stop; `nil` if it may be.
  public var refusal: String? { standing.isEndable ? nil : "\(standing)" }
}

extension EndingTarget: CustomStringConvertible {
  /// The process, what runs it, and its relation to this process: `nginx (pid 80, root), run by service nginx.service`.
  public var description: String {
    let supervisor = supervision.map { ", run by \($0.name), which may start it again" } ?? ""
    return "\(details.words)\(supervisor)\(standing == .ordinary ? "" : ", \(standing)")"
  }
}

extension EndingTarget.Standing: CustomStringConvertible {
  /// The relation as a clause about the process, without a full stop.
  public var description: String {
    switch self {
    case .ordinary: "an ordinary process"
    case .ancestor: "which started this process"
    case .itself: "which is this process"
    case .spared: "which was not chosen"
    case .firstProcess: "the first process, with which all others end"
    default: "which holds sockets for other programs"
    }
  }
}
