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
    /// The first process, or the service manager of a user: it holds sockets for others, and ending it ends everything.
    case manager
  }

  var details: ProcessDetails
  var holds: [Hold]
  var standing = Standing.ordinary
  var supervisor: Supervisor?

  var process: HoldingProcess { details.process }

  /// `nginx(812)`, the name made harmless.
  var name: String { details.cellName }

  init(details: ProcessDetails, holds: [Hold], _ surroundings: Surroundings, port: UInt16) {
    self.details = details
    self.holds = holds
    let unit = details.cgroup?.unit
    if details.process.pid == 1 || unit?.name == "init.scope" {
      standing = .manager
    } else if details.process.pid == surroundings.pid {
      standing = .itself
    } else {
      if surroundings.ancestors.contains(details.process.pid) { standing = .ancestor }
      supervisor = Supervisor(of: details, besides: surroundings.cgroup, port: port)
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
