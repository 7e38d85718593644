internal import Glibc
internal import SockDiagWire
package import SocketOwners

extension UnixDiagnosis: CustomStringConvertible {
  /// The summary.
  public var description: String { summary }

  /// One sentence without a full stop: the name, the verdict, and the process.
  public var summary: String {
    switch verdict {
    case .free: "\(place) is free: bind() succeeds"
    case .conflict: conflict
    case .depends: "\(place) may be in use: \(dependence)"
    case .error(let error): "\(place) cannot be bound\(user): \(cause(of: error)) (\(error))"
    }
  }

  /// The name for people.
  package var place: String { request.name.text }

  /// Why bind() answers with an error other than EADDRINUSE, as a clause.
  package func cause(of error: BindErrno) -> String {
    if request.isTooLong {
      let (count, limit) = (
        request.name.bytes.count, request.name.isAbstract ? UnixRequest.longestAbstractName : UnixRequest.longestPath
      )
      return "the name has \(count) bytes, and the kernel takes \(limit) at most"
    }
    if let obstacle = facts?.folderError { return Self.cause(of: obstacle) }
    let folder = folderText
    switch error {
    case .noSuchFile where facts?.hasTrailingSlash == true: return "the path ends with a slash, so it names a directory"
    case .noSuchFile where facts?.isInProc == true: return "no file can be created in \(folder)"
    case .noSuchFile: return "the directory was removed"
    case .readOnlyFileSystem: return "\(folder) is mounted read-only"
    case .accessDenied: return "the user may not create files in \(folder)"
    case .notPermitted where facts?.createError == .notPermitted: return "\(folder) is immutable (chattr +i)"
    case .notPermitted: return "the file system of \(folder) cannot hold sockets"
    default: return error.message.prefix(1).lowercased() + error.message.dropFirst()
    }
  }

  /// The folder of the path.
  package var folderText: String {
    guard case .path(let path) = request.name else { return "" }
    let end = path.lastIndex { $0 != UInt8(ascii: "/") } ?? path.startIndex
    let name = path.prefix(end + 1)
    guard let slash = name.lastIndex(of: UInt8(ascii: "/")) else { return "the working directory" }
    return UnixSocketName.path(Array(slash == path.startIndex ? path.prefix(1) : path.prefix(slash))).text
  }

  private static func cause(of obstacle: UnixPathFacts.FolderError) -> String {
    let folder = UnixSocketName.path(obstacle.path).text
    switch obstacle.error {
    case .noSuchFile: return "the directory \(folder) does not exist"
    case .notAFolder: return "\(folder) is not a directory"
    case .accessDenied: return "the user may not search the directory \(folder)"
    case .linkLoop: return "the symbolic links of \(folder) lead in a circle"
    default: return "the directory \(folder) cannot be reached"
    }
  }

  private var user: String {
    guard let uid = request.uid, uid != geteuid() else { return "" }
    return " by \(UserName.text(uid))"
  }

  /// Why it is not known whether bind() succeeds.
  private var dependence: String {
    if let factsError { return "\(factsError)" }
    return "a connection has the name, and only a bind() shows whether it got it from a listener that is gone"
  }

  private var conflict: String {
    guard !request.name.isAbstract else { return use("\(place) is in use") }
    guard let facts else { return "\(place) is in use" }
    if facts.isSpecialName { return "\(place) is a directory, not a socket; bind() fails with EADDRINUSE" }
    guard let file = facts.file else { return "\(place) is in use" }
    if file.type == .link { return linkConflict(facts) }
    if file.type != .socket { return "\(place) is \(file.type.words), not a socket; bind() fails with EADDRINUSE" }
    if facts.hasTrailingSlash {
      return "\(place) ends with a slash, but the name is in use; bind() fails with EADDRINUSE"
    }
    switch presence {
    case .nothing: return "\(place) is stale: the file exists, but no socket is behind it"
    case .unknown: return "\(place) is in use: the file exists; this user cannot see whether a socket is behind it"
    case .server, .hidden: return use("\(place) is in use")
    }
  }

  private func linkConflict(_ facts: UnixPathFacts) -> String {
    let subject = "\(place) is a symbolic link"
    guard let target = facts.target else { return "\(subject) that leads nowhere; bind() fails with EADDRINUSE" }
    if target.type != .socket { return "\(subject) to \(target.type.words); bind() fails with EADDRINUSE" }
    switch presence {
    case .nothing: return "\(subject) to a stale socket; bind() fails with EADDRINUSE"
    case .unknown: return "\(subject) to a socket file; bind() fails with EADDRINUSE"
    case .server, .hidden: return use("\(subject) to a socket in use")
    }
  }

  /// The process that has the name, behind the verdict.
  private func use(_ verdict: String) -> String {
    guard let server else { return "\(verdict) by a socket that is hidden from you, perhaps of a container" }
    let kind = kindWords(server.socket).map { ": \($0)" } ?? ""
    if let leader = PortHolders.leader(of: server.processes) {
      let age = origins[leader.process.pid]?.age.map { ", up \($0.ageWords)" } ?? ""
      return "\(verdict) by \(PortHolders.list(leader, server.processes))\(age)\(kind)"
    }
    let user = server.socket.uid.map { " (user \(UserName.text($0)))" } ?? ""
    if server.holdersMissing?.takesPrivilege == true {
      return "\(verdict) by a process that is hidden from you\(user)\(kind)"
    }
    return "\(verdict) by a process that was not found\(user)\(kind)"
  }

  /// What the socket is, where it is not plainly a listener.
  private func kindWords(_ socket: UnixSocket) -> String? {
    if socket.type == .datagram { return socket.peer == nil ? "a datagram socket" : "a connected datagram socket" }
    switch socket.state {
    case .listen: return socket.type == .stream ? nil : "a \(socket.type) socket"
    case .established: return "a connected client, not listening"
    default: return "bound, not listening"
    }
  }

  /// The process that a reader wants to know first.
  package var leader: ProcessDetails? { server.flatMap { PortHolders.leader(of: $0.processes) } }
}

extension UnixSocketName {
  /// The name for people: a path as it is, where that is UTF-8; otherwise with escapes, see `description`.
  package var text: String {
    guard case .path(let path) = self, let text = String(validating: path, as: UTF8.self) else { return description }
    return text
  }
}
