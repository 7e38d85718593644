internal import Glibc
internal import SockDiag

/// What names a network namespace on a command line.
enum NamespacePlace: Hashable {
  case name(String)
  case path(String)
  case process(Int32)

  /// A number is a process, and a text with a slash is a path. `ip netns` allows names of both forms; they need a path.
  init?(_ text: String) {
    if text.isEmpty || text.utf8.contains(0) || text == "." || text == ".." { return nil }
    if text.contains("/") {
      self = .path(text)
    } else if !text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      self = .name(text)
    } else {
      guard let pid = Int32(text), pid > 0 else { return nil }
      self = .process(pid)
    }
  }

  /// The file to enter by.
  var path: String {
    switch self {
    case .name(let name): "/run/netns/\(name)"
    case .path(let path): path
    case .process(let pid): "/proc/\(pid)/ns/net"
    }
  }

  /// The namespace that is there now.
  func namespace() throws(SockDiagError) -> NetworkNamespace {
    switch self {
    case .name(let name): try .named(name)
    case .path(let path): try .at(path: path)
    case .process(let pid): try .of(process: pid)
    }
  }

  /// What to tell about an error on the way there.
  func failure(_ error: SockDiagError) -> CommandFailure {
    switch (error.errno, self) {
    case (ENOENT, .process(let pid)):
      CommandFailure(.noInput, "--netns: there is no process \(pid); give the id of one that runs in the namespace")
    case (ENOENT, _), (ENOTDIR, _):
      CommandFailure(.noInput, "--netns: there is no '\(path)'; 'ip netns list' shows the names")
    case (EPERM, _), (EACCES, _):
      CommandFailure(.noPermission, "--netns: this user may not enter '\(path)'; run as root (CAP_SYS_ADMIN)")
    case (EINVAL, _), (ENXIO, _):
      CommandFailure(.usage, "--netns: '\(path)' is not a network namespace; give a name, a path or a process id")
    default: CommandFailure(.system, "--netns: cannot enter '\(path)': \(SystemMessage.text(error.errno))")
    }
  }
}
