internal import SockDiag
internal import SocketOwners

/// A process that holds sockets of the port.
struct EndingTarget {
  /// A descriptor of the process that leads to one of the sockets.
  struct Hold {
    var inode: UInt32
    var holder: SocketHolder
  }

  /// The relation of the process to this command.
  enum Standing: Hashable {
    case ordinary
    /// A process that started this command, or a process that started that one.
    case ancestor
    /// This command, which inherited the descriptor.
    case itself
    /// systemd, which holds the sockets for its `.socket` units. The user is the one whose manager it is; `nil` for the
    /// manager of the system.
    case systemd(managerUID: UInt32?)
    /// Another first process, with which all others end.
    case firstProcess

    /// Whether the process may be signalled.
    var isEndable: Bool {
      switch self {
      case .ordinary, .ancestor: true
      case .itself, .systemd, .firstProcess: false
      }
    }
  }

  var details: ProcessDetails
  var holds: [Hold]
  var standing = Standing.ordinary
  /// The unit, container or forwarder that may start the process again; `nil` for none, and if it runs this command too.
  var supervision: ProcessSupervision?
  /// The ports that it holds, each once.
  var places: [SocketPlace]

  var process: HoldingProcess { details.process }

  /// A port of one protocol.
  struct SocketPlace: Hashable {
    var port: UInt16
    var transport: TransportProtocol
  }

  /// - Parameter places: The ports that the process holds; if they are not known, the first one that was asked about.
  init(
    details: ProcessDetails, holds: [Hold], _ ownProcess: OwnProcess, _ selection: PortSelection,
    places: [SocketPlace] = []
  ) {
    self.details = details
    self.holds = holds
    self.places =
      places.isEmpty
      ? selection.transports.prefix(1).map { SocketPlace(port: selection.port.port, transport: $0) } : places
    switch details.supervision(holding: self.places.first?.port ?? 0, besides: ownProcess.cgroup) {
    case .socketActivation(let managerUID)?: standing = .systemd(managerUID: managerUID)
    case .firstProcess?: standing = .firstProcess
    case _ where process.pid == ownProcess.pid: standing = .itself
    case let supervision:
      self.supervision = supervision
      if ownProcess.ancestors.contains(process.pid) { standing = .ancestor }
    }
  }

  /// The unit, container or forwarder, with the command that stops it.
  var supervisor: Supervisor? {
    guard let supervision, let place = places.first else { return nil }
    return Supervisor(supervision, port: place.port, isUDP: place.transport == .udp)
  }
}
