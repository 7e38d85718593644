internal import SockDiag
internal import SockDiagWire

/// Finds the sockets that have to do with a name among all UNIX sockets.
struct UnixNameSearch {
  static let query = FamilyQuery<Unix>(UnixSocketRequest(details: [.name, .file, .peer, .queues, .uid]))

  private let request: UnixRequest
  private let facts: UnixPathFacts?
  /// The spellings of the path that a program may have given.
  private let spellings: Set<[UInt8]>
  private(set) var found: [DiagnosedUnixSocket] = []
  /// The names of peers, by inode: they show which end of a connection was accepted.
  private var namesOfPeers: [UInt32: UnixSocketName?] = [:]
  /// Whether a connected socket may have the name itself, or by its listener.
  private var isAmbiguous = false
  /// Whether the sockets of all network namespaces were added.
  var isComplete = false

  init(_ diagnosis: UnixDiagnosis) {
    request = diagnosis.request
    facts = diagnosis.facts
    guard case .path(let path) = request.name else {
      spellings = []
      return
    }
    spellings = [path, WorkingPath.absolute(path, ofProcess: request.process) ?? path]
  }

  /// Adds the sockets of a network namespace; `nil` is that of the calling thread.
  mutating func add(_ sockets: [UnixSocket], namespace: UInt64?) {
    for socket in sockets {
      guard let role = role(socket, among: sockets, namespace) else { continue }
      found.append(DiagnosedUnixSocket(socket, role, namespace: namespace))
    }
    if !request.name.isAbstract { keepOneServer() }
    found.sort { Self.rank($0) < Self.rank($1) }
  }

  private mutating func role(
    _ socket: UnixSocket, among all: [UnixSocket], _ namespace: UInt64?
  ) -> DiagnosedUnixSocket.Role? {
    switch request.name {
    case .abstract:
      guard socket.name == request.name else { return nil }
      if namespace != nil { return socket.state == .listen || socket.type == .datagram ? .elsewhere : nil }
      if let kind = request.kind, kind != socket.type { return .elsewhere }
      return isAccepted(socket, among: all) ? .accepted : .server
    case .path:
      if let target = facts?.target, target.type == .socket, target.isFile(of: socket) {
        switch facts?.contact.findsSocket {
        case false?: return .accepted
        case true?: return couldBeServer(socket) && !isAccepted(socket, among: all) ? .server : .accepted
        case nil: return Self.isConnection(socket) ? .accepted : .server
        }
      }
      guard case .path(let path)? = socket.name, spellings.contains(path), path.first == UInt8(ascii: "/") else {
        return nil
      }
      // The table in /proc has no files, so the name is the only sign.
      if socket.file == nil, facts?.target?.type == .socket, facts?.contact.findsSocket != false {
        return Self.isConnection(socket) ? .accepted : .server
      }
      return Self.isConnection(socket) ? nil : .sameName
    }
  }

  /// Whether the kind fits what answered to the connect().
  private func couldBeServer(_ socket: UnixSocket) -> Bool {
    switch facts?.contact {
    case .datagram?, .connectedDatagram?: socket.type == .datagram
    case .otherKind?: socket.type != .datagram
    default: true
    }
  }

  /// Of several sockets with one file, a single one has it: the others are connections that were accepted, or a listener
  /// of another subvolume of Btrfs.
  private mutating func keepOneServer() {
    let servers = found.indices.filter { found[$0].role == .server }
    guard servers.count > 1 else { return }
    let best = servers.min {
      Self.likelihood(found[$0].socket, spellings) < Self.likelihood(found[$1].socket, spellings)
    }
    for index in servers where index != best { found[index].role = .accepted }
  }

  private static func likelihood(_ socket: UnixSocket, _ spellings: Set<[UInt8]>) -> Int {
    let isNamed = if case .path(let path)? = socket.name { spellings.contains(path) } else { false }
    let isServing = socket.state == .listen || socket.type == .datagram || socket.state == .close
    return (isServing ? 0 : 2) + (isNamed ? 0 : 1)
  }

  /// Whether a connected socket has its name from a listener.
  ///
  /// A connection between a client that chose a name and a server looks the same from both ends, once the listeners are
  /// gone. Usually the client has no name, and then its peer was accepted.
  private mutating func isAccepted(_ socket: UnixSocket, among all: [UnixSocket]) -> Bool {
    guard socket.type != .datagram, socket.state == .established else { return false }
    guard let peer = socket.peer else { return false }
    if peer.inode == 0 { return true }
    // While the listener is there, no other socket can have the name.
    if all.contains(where: { isSame($0, socket) && $0.state == .listen }) { return true }
    if namesOfPeers.isEmpty {
      namesOfPeers = Dictionary(all.map { ($0.inode, $0.name) }, uniquingKeysWith: { first, _ in first })
    }
    // A peer of another network namespace is not in the list.
    guard let name = namesOfPeers[peer.inode] else {
      isAmbiguous = true
      return false
    }
    if name != nil { isAmbiguous = true }
    return name == nil
  }

  /// Whether two sockets have one name, or one file.
  private func isSame(_ first: UnixSocket, _ second: UnixSocket) -> Bool {
    first.type == second.type && (request.name.isAbstract ? first.name == second.name : first.file == second.file)
  }

  /// The server comes first, and a listener before other sockets.
  private static func rank(_ found: DiagnosedUnixSocket) -> Int {
    let roles: [DiagnosedUnixSocket.Role] = [.server, .accepted, .sameName, .elsewhere]
    let isListening = found.socket.state == .listen
    let isStream = found.socket.type == .stream
    return (roles.firstIndex(of: found.role) ?? 0) * 8 + (isListening ? 0 : 4) + (isStream ? 0 : 2)
      + (found.namespace == nil ? 0 : 1)
  }

  /// Whether a socket has the file, and is not among those that were added.
  var lacksServer: Bool {
    guard !request.name.isAbstract, facts?.target?.type == .socket else { return false }
    return facts?.contact.findsSocket != false
      && !found.contains { $0.role == .server && !Self.isConnection($0.socket) }
  }

  /// Whether a socket is an end of a connection. A client that chose a name is one and has the name all the same.
  private static func isConnection(_ socket: UnixSocket) -> Bool {
    socket.type != .datagram && socket.state == .established
  }

  /// What is behind the name.
  var presence: UnixPresence {
    let servers = found.filter { $0.role == .server }
    if let server = servers.first {
      guard isAmbiguous, servers.allSatisfy({ Self.isConnection($0.socket) }) else { return .server(server.socket) }
      if request.name.isAbstract { return .unknown }
      // A socket has the file for certain, and it can be no other.
      return isComplete && servers.count == 1 ? .server(server.socket) : .hidden(nil)
    }
    guard !request.name.isAbstract, facts?.target?.type == .socket else { return .nothing }
    switch facts?.contact {
    case .datagram?, .connectedDatagram?: return .hidden(.datagram)
    case .otherKind?: return .hidden(nil)
    case .nothing?: return .nothing
    case .unknown?, .refused?, nil: return .unknown
    }
  }
}

/// Relative paths.
enum WorkingPath {
  /// A path from the root, without `.` and `..`; `nil` if the working directory cannot be read.
  static func absolute(_ path: [UInt8], ofProcess pid: Int32? = nil) -> [UInt8]? {
    let slash = UInt8(ascii: "/")
    var full = path
    if path.first != slash {
      guard let directory = MountNamespace.link("/proc/\(pid.map(String.init) ?? "self")/cwd") else { return nil }
      full = directory + [slash] + path
    }
    var names: [ArraySlice<UInt8>] = []
    for name in full.split(separator: slash) {
      if name.elementsEqual(".".utf8) { continue }
      // With symbolic links on the way this may be another folder. It only decides which sockets are mentioned.
      if name.elementsEqual("..".utf8) { _ = names.popLast() } else { names.append(name) }
    }
    return [slash] + names.joined(separator: [slash])
  }
}
