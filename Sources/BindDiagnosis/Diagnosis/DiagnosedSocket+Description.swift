internal import SockDiag
internal import SocketOwners

extension DiagnosedSocket: CustomStringConvertible {
  /// The socket, its addresses and its holders: `listener 127.0.0.1:8080, web-server (pid 4711, fd 3), user root`.
  public var description: String { text(showsPeer: socket.remote.port != 0) }

  func text(showsPeer: Bool) -> String {
    let peer = showsPeer ? " → \(socket.remote)" : ""
    return ["\(kind) \(socket.local)\(peer)", holdersText].filter { !$0.isEmpty }.joined(separator: ", ")
  }

  /// The kind of the socket, with its TCP state where that tells more.
  package var kind: String {
    switch use {
    case .connection where socket.protocol != .tcp, .outgoingConnection where socket.protocol != .tcp:
      "connected UDP socket"
    case .connection, .outgoingConnection, .orphan, .unaccepted: "\(use) (\(socket.state))"
    case .timeWait: "\(socket.state)"
    case .listener, .boundInactive, .request, .datagram: "\(use)"
    }
  }

  /// The processes that hold the socket, with what a person needs to find them; empty if no process can hold it.
  package var holdersText: String {
    if let holdersMissing {
      if holdersMissing == .noProcess { return "" }
      let user = socket.uid.map { ", user \(UserName.text($0))" } ?? ""
      return holdersMissing.takesPrivilege
        ? "its process is hidden from this user\(user)" : "no process found: \(holdersMissing)\(user)"
    }
    var words = processes.prefix(4).map { process in
      let descriptor = holders.first { $0.pid == process.process.pid }?.descriptor
      return process.text(descriptor: descriptor)
    }
    if processes.count > 4 { words.append("\(processes.count - 4) more processes") }
    return words.joined(separator: "; ")
  }

  /// The names of the programs that hold the socket: `nginx`, `nginx and php`; empty if none is known.
  var programs: [String] { Set(processes.map { String(decoding: $0.command, as: UTF8.self) }).sorted() }

  /// The program that holds the socket, as the subject of a sentence; `the other side` unless there is exactly one.
  var otherSide: String { programs.count == 1 ? programs[0] : "the other side" }
}

extension ProcessDetails {
  /// The process with its descriptor, user, and container or unit: `nginx (pid 1, fd 3), user root, unit nginx.service`.
  fileprivate func text(descriptor: UInt32?) -> String {
    var text = "\(String(decoding: command, as: UTF8.self)) (pid \(process.pid)"
    if let descriptor { text += ", fd \(descriptor)" }
    text += ")"
    if let uid { text += ", user \(UserName.text(uid))" }
    if let container = cgroup?.container {
      text += ", \(container)"
    } else if let unit = cgroup?.unit {
      text += ", unit \(unit.displayName)"
    }
    return text
  }
}

extension ListenerElsewhere: CustomStringConvertible {
  /// The socket and its process: `listener 0.0.0.0:8080, nginx (pid 4711)`.
  public var description: String { ["\(kind) \(socket.local)", holderText].compactMap(\.self).joined(separator: ", ") }

  /// `listener` or `UDP socket`.
  package var kind: String { socket.protocol == .udp ? "UDP socket" : "listener" }

  /// The process, and its container if it has one.
  package var holderText: String? {
    process.map { process in
      "\(String(decoding: process.command, as: UTF8.self)) (pid \(process.process.pid))"
        + (process.cgroup?.container.map { ", \($0)" } ?? "")
    }
  }
}
