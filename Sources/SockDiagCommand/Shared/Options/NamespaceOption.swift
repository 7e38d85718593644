internal import ArgumentParser
internal import Glibc
internal import SockDiag

/// The option for another network namespace.
struct NamespaceOption: ParsableArguments {
  @Option(
    name: [.customShort("N"), .long],
    help: ArgumentHelp(
      "The network namespace: a name of 'ip netns', a path, or the id of a process in it.",
      valueName: "name|path|pid"), completion: Completions.namespace)
  var netns: String?

  /// Enters the namespace, if the option is given. Call it before anything is opened or looked up.
  ///
  /// The whole process is in the namespace then: the command has one thread at this time, and later threads start in the
  /// namespace of the thread that creates them.
  func enter() throws(CommandFailure) {
    guard let netns else { return }
    guard let namespace = Self.namespace(netns) else {
      throw .usage("--netns: '\(netns)' is not a namespace; give a name of 'ip netns list', a path or a process id")
    }
    do throws(SockDiagError) { try namespace.enter() } catch { throw Self.failure(netns, namespace, error) }
  }

  /// The namespace of an argument. A number is a process, and a text with a slash is a path. `ip netns` allows names of both
  /// forms; they need a path.
  static func namespace(_ text: String) -> NetworkNamespacePath? {
    if text.isEmpty || text.utf8.contains(0) || text == "." || text == ".." { return nil }
    if text.contains("/") { return NetworkNamespacePath(path: text) }
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return NetworkNamespacePath(name: text) }
    return Int32(text).flatMap { $0 > 0 ? NetworkNamespacePath(process: $0) : nil }
  }

  private static func failure(
    _ text: String, _ namespace: NetworkNamespacePath, _ error: SockDiagError
  ) -> CommandFailure {
    switch error.errno {
    case ENOENT where !text.contains("/") && namespace.path.hasPrefix("/proc/"):
      CommandFailure(.noInput, "--netns: there is no process \(text); give the id of one that runs in the namespace")
    case ENOENT, ENOTDIR:
      CommandFailure(.noInput, "--netns: there is no '\(namespace.path)'; 'ip netns list' shows the names")
    case EPERM, EACCES:
      CommandFailure(
        .noPermission, "--netns: this user may not enter '\(namespace.path)'; run as root (CAP_SYS_ADMIN)")
    case EINVAL, ENXIO:
      CommandFailure(
        .usage, "--netns: '\(namespace.path)' is not a network namespace; give a name, a path or a process id")
    default: CommandFailure(.system, "--netns: cannot enter '\(namespace.path)': \(SystemMessage.text(error.errno))")
    }
  }
}
