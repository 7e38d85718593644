internal import SockDiag
internal import SocketOwners

/// A process that holds sockets of the port.
struct EndingTarget {
  /// A descriptor that leads to one of the sockets.
  struct Hold {
    var inode: UInt32
    var holder: SocketHolder
  }

  /// What the process is to this command.
  enum Standing {
    case ordinary
    /// The command runs below it.
    case ancestor
    /// The command itself, which got the descriptor from who started it.
    case itself
    /// systemd, of the system or of a user, which holds sockets for others; or another first process. Everything else ends
    /// with it.
    case manager
  }

  var details: ProcessDetails
  var holds: [Hold]
  var standing = Standing.ordinary
  /// What stands behind the process, this command's own ownProcess left out.
  var supervision: ProcessSupervision?
  var supervisor: Supervisor?

  var process: HoldingProcess { details.process }

  /// `nginx(812)`, the name made harmless.
  var name: String { details.cellName }

  init(details: ProcessDetails, holds: [Hold], _ ownProcess: OwnProcess, _ selection: PortSelection) {
    self.details = details
    self.holds = holds
    let port = selection.port.port
    supervision = details.supervision(holding: port, besides: ownProcess.cgroup)
    switch supervision {
    case .socketActivation?, .firstProcess?: standing = .manager
    case _ where details.process.pid == ownProcess.pid: standing = .itself
    case let other:
      if ownProcess.ancestors.contains(details.process.pid) { standing = .ancestor }
      supervisor = other.flatMap { Supervisor($0, port: port, isUDP: selection.transports == [.udp]) }
    }
  }
}

extension ProcessDetails {
  /// `nginx(812)`, the name made harmless.
  var cellName: String {
    var text: [UInt8] = []
    text.appendCell(command)
    return "\(String(decoding: text, as: UTF8.self))(\(process.pid))"
  }
}
