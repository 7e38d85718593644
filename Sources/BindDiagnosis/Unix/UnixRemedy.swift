public import SocketOwners

/// A remedy for a bind() to the name of a UNIX socket.
#if hasAttribute(nonexhaustive)
  @nonexhaustive
#endif
public enum UnixRemedy: Hashable, Sendable {
  /// Remove the file: no socket is behind it.
  case removeFile
  /// The program removes the file before bind(), or systemd does when the unit stops.
  case removeFileEachTime
  /// End the processes that hold the socket.
  case endProcesses([Int32])
  /// Stop the unit, which would start the process again.
  case stopUnit(SystemdUnit)
  /// Stop the `.socket` unit for which systemd itself holds the socket; the user whose manager it is, `nil` for that of the
  /// system.
  case stopSocketUnit(managerUID: UInt32?)
  /// Stop the container.
  case stopContainer(Container)
  /// Stop the container or machine whose first process holds the socket.
  case stopMachine
  /// Create the folder.
  case makeFolder([UInt8])
  /// Let the user write to the folder.
  case allowFolder
  /// Let the user search a folder on the way.
  case allowSearch([UInt8])
  /// Use another path: the name is taken by a file that is no socket, or the place cannot hold sockets.
  case useOtherPath
  /// Use a shorter path.
  case useShorterPath
  /// Make the file system writable.
  case remountWritable
  /// The program binds another name, or removes the link first.
  case removeLink
}

/// Advice that does not help with the name of a UNIX socket.
#if hasAttribute(nonexhaustive)
  @nonexhaustive
#endif
public enum UnixMisbelief: String, Hashable, Sendable, CaseIterable {
  /// SO_REUSEADDR has no meaning for UNIX sockets.
  case reuseAddress = "reuseaddr"
  /// The file stays until somebody removes it.
  case waiting
  /// Removing the file of a socket in use.
  case removingFileInUse = "rm-in-use"
  /// No process is left to be ended.
  case endingProcesses = "kill"
  /// Rights of the file do not matter to bind().
  case changingRights = "chmod"

  /// The advice in a word or two.
  package var brief: String {
    switch self {
    case .reuseAddress: "SO_REUSEADDR"
    case .waiting: "waiting"
    case .removingFileInUse: "rm"
    case .endingProcesses: "kill"
    case .changingRights: "chmod"
    }
  }
}

extension UnixMisbelief: CustomStringConvertible {
  /// Why it does not help, as a sentence.
  public var description: String {
    switch self {
    case .reuseAddress: "SO_REUSEADDR and SO_REUSEPORT: they have no effect on UNIX sockets."
    case .waiting: "Waiting: the file stays until a program or a person removes it."
    case .removingFileInUse:
      "Removing the file with rm: bind() then succeeds, but the old server runs on and no client reaches it."
    case .endingProcesses: "Ending a process: none holds the socket any more."
    case .changingRights: "chmod on the file: bind() fails because the file exists, whatever its permissions are."
    }
  }
}
