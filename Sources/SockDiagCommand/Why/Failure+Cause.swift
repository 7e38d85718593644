internal import BindTrace
internal import Glibc
internal import SockDiag
internal import SockDiagWire

extension Failure {
  /// Why a call failed that is not diagnosed, and what helps; `nil` if the name of the error is enough.
  ///
  /// - Parameter directory: The working directory of the program, for relative names.
  func cause(in directory: String?) -> String? {
    guard isOnUnixSocket else { return kind == .connect ? causeOfConnecting : nil }
    let name = unixName.map { $0.hasPrefix("/") || $0.hasPrefix("@") ? $0 : "\(directory ?? ".")/\($0)" }
    return kind == .connect ? causeOfUnixConnecting(name) : causeOfUnixBinding(name)
  }

  private func causeOfUnixBinding(_ name: String?) -> String? {
    let isAbstract = name?.hasPrefix("@") == true
    let word = name.map(ShellWord.quoted) ?? "NAME"
    switch (kind, errno) {
    case (.listen, EINVAL): return "the socket has no name: bind() comes first"
    case (_, EADDRINUSE) where isAbstract:
      return "another socket of this network namespace has that name; '\(question(name))' shows its process"
    case (_, EADDRINUSE):
      return "a file of that name exists, and bind() never replaces one. '\(question(name))' shows who listens on it;"
        + " if nobody does, an earlier run left it behind: rm \(word)"
    case (_, EACCES): return "the user may not create a file in that folder, or may not search one above it"
    case (_, ENOENT): return "the folder of that file does not exist"
    case (_, ENOTDIR): return "what should be a folder of that path is a file"
    case (_, EROFS): return "the file system is mounted read-only"
    case (_, EINVAL): return "the socket has a name already, or this one is longer than 107 bytes"
    default: return nil
    }
  }

  /// The command that shows the process behind a name. A name that could not be read without loss is none to ask about,
  /// and all names are listed.
  private func question(_ name: String?) -> String {
    let isAbstract = name?.hasPrefix("@") == true
    // The tracer writes an @ for each NUL of an abstract name.
    guard let name, !name.contains("\u{fffd}"), !isAbstract || !name.dropFirst().contains("@") else {
      return "sockdiag list -xap"
    }
    let argument = isAbstract ? "\(UnixSocketName.abstract(Array(name.dropFirst().utf8)))" : name
    return "sockdiag why \(ShellWord.quoted(argument))"
  }

  private func causeOfUnixConnecting(_ name: String?) -> String? {
    let isAbstract = name?.hasPrefix("@") == true
    switch errno {
    case ECONNREFUSED where isAbstract: return "no socket of this network namespace listens under that name"
    case ECONNREFUSED:
      return "the file is there, but nobody listens on it: its server has ended, or does not listen yet"
    case ENOENT: return "there is no such file: its server does not run, or uses another path"
    case EACCES: return "the user may not write to that file, or may not search a folder above it"
    case EAGAIN: return "its server accepts connections too slowly: the queue of those that wait is full"
    case EPROTOTYPE: return "the server's socket is of another type (stream, datagram or seqpacket)"
    default: return nil
    }
  }

  private var causeOfConnecting: String? {
    switch errno {
    case ECONNREFUSED: "nothing listens there, or a firewall rejects it"
    case EADDRNOTAVAIL, EAGAIN:
      "no local port is left for that destination, or the address to connect from is none of this host; 'sockdiag check'"
        + " says whether ports run out"
    case EADDRINUSE:
      "there is a connection from the same local address and port to it already, perhaps one that ended within the last"
        + " minute"
    case ENETUNREACH: "no route leads there"
    case EHOSTUNREACH: "a host or router on the way says that it cannot be reached"
    case ETIMEDOUT: "nothing answers"
    case EACCES: "a firewall forbids it, or it is a broadcast address and the socket lacks SO_BROADCAST"
    case EPERM: "a firewall or a program of the cgroup (BPF) of this host forbids it"
    default: nil
    }
  }
}
