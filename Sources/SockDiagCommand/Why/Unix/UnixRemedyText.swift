internal import BindDiagnosis
internal import SockDiagWire
internal import SocketOwners

/// A remedy for the name of a UNIX socket, with the commands that carry it out.
struct UnixRemedyText {
  /// The label of the short answer.
  let label: String
  /// What to do, as a sentence.
  let sentence: String
  /// The same in a few words, where there is no command.
  private(set) var brief = ""
  /// Lines to copy.
  private(set) var commands: [String] = []
  /// A remark about the first command, as a comment of the shell.
  private(set) var remark: String?

  init(_ remedy: UnixRemedy, _ diagnosis: UnixDiagnosis, namespace: String?) {
    let place = diagnosis.place
    let word = ShellWord.quoted(place)
    let folder = UnixSocketName.path(diagnosis.folderPath).text
    switch remedy {
    case .removeFile:
      (label, sentence) = ("Fix it", "Remove the file: no socket is behind it.")
      commands = ["rm \(ShellWord.path(place))"]
    case .removeFileEachTime:
      (label, sentence) = (
        "For good",
        "Let the program remove the file before bind(), or let systemd make the socket: a .socket unit with"
          + " RemoveOnStop=yes removes it when it stops."
      )
      brief = "unlink() it before bind(), or a .socket unit with RemoveOnStop=yes"
      return
    case .endProcesses(let pids):
      (label, sentence) = (
        "Free it", "End the \(pids.count == 1 ? "process that holds" : "processes that hold") the socket."
      )
      let option = namespace.map { " --netns \(ShellWord.quoted($0))" } ?? ""
      commands = ["sockdiag kill \(word)\(option)"]
    case .stopUnit(let unit):
      (label, sentence) = ("Free it", "Stop the unit; systemd may start the process again if only that is ended.")
      commands = [Supervisor.stopCommand(unit.name, managerUID: unit.managerUID)]
      remark = "if killed, systemd may restart it"
    case .stopSocketUnit(let uid):
      (label, sentence) = ("Find its unit", "Stop the .socket unit for which systemd holds the socket.")
      commands = ["\(Supervisor.systemctl(managerUID: uid)) list-sockets --all | grep -F \(word)"]
      remark = "systemd holds the socket"
    case .stopContainer(let container):
      (label, sentence) = ("Free it", "Stop the container; it may start the process again if only that is ended.")
      commands = [Supervisor(container).stopCommand]
      remark = "if killed, it may be restarted"
    case .stopMachine:
      (label, sentence) = ("Free it", "Stop the container or machine: its first process holds the socket.")
    case .makeFolder:
      (label, sentence) = (
        "Fix it",
        "Make the directory. In a systemd unit, RuntimeDirectory=NAME makes /run/NAME at each start."
      )
      commands = ["mkdir -p \(ShellWord.path(folder))"]
      remark = folder.hasPrefix("/run/") || folder.hasPrefix("/var/run/") ? "in a unit: RuntimeDirectory=" : nil
    case .allowFolder:
      (label, sentence) = (
        "Fix it",
        "Use a directory that the user may write to, such as $XDG_RUNTIME_DIR or a unit's RuntimeDirectory=, or let the user write to"
          + " this one."
      )
      brief = "use $XDG_RUNTIME_DIR or RuntimeDirectory=, or let the user write there"
      commands = ["ls -ld \(ShellWord.path(folder))"]
    case .allowSearch(let path):
      (label, sentence) = ("Fix it", "Let the user search the directory (the permission x), or use another path.")
      commands = ["ls -ld \(ShellWord.path(UnixSocketName.path(path).text))"]
      remark = "the user needs the permission x"
    case .useOtherPath:
      (label, sentence) = ("Fix it", "Use another path.")
      brief = "use another path"
    case .useShorterPath:
      (label, sentence) = (
        "Fix it",
        "Use a name of at most \(UnixRequest.longestCommonPath) bytes: a shorter directory, a path from the working"
          + " directory, or a symbolic link to the directory."
      )
      brief = "a shorter path, at most \(UnixRequest.longestCommonPath) bytes; a relative one may do"
    case .remountWritable:
      (label, sentence) = ("Fix (root)", "Mount the file system writable.")
      commands = ["findmnt -T \(ShellWord.path(folder))"]
    case .removeLink:
      (label, sentence) = ("Fix it", "Bind the path that the link names, or remove the link first.")
      commands = ["ls -l \(ShellWord.path(place))"]
      remark = "bind its target, or remove the link"
    }
    if !brief.isEmpty { return }
    brief = sentence
  }

  /// The advice in one line.
  var entry: AdviceEntry {
    if commands.isEmpty || brief != sentence { return AdviceEntry(label: label, text: brief) }
    return AdviceEntry(label: label, text: commands.first ?? brief, isCommand: true, remark: remark)
  }
}

extension ShellWord {
  /// A path as one word that no command takes for an option.
  static func path(_ path: String) -> String { quoted(path.hasPrefix("-") ? "./\(path)" : path) }
}
