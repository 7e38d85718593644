internal import SockDiagWire

extension TableColumn {
  private static let byName: [String: TableColumn] = {
    var columns: [String: TableColumn] = [:]
    for column in named { columns[column.name] = column }
    for index in figures.indices { columns[figures[index].name] = .figure(index) }
    for (name, column) in otherNames { columns[name] = column }
    return columns
  }()

  /// Other names for these columns, as filters, `ss`, `lsof` and `ps` spell them.
  private static let otherNames: [String: TableColumn] = [
    "netid": .netID, "src": .local, "dst": .remote, "remote": .remote, "port": .localPort, "sport": .localPort,
    "dport": .remotePort, "dev": .interface, "command": .command, "args": .commandLine, "fwmark": .mark,
  ]

  /// Creates a column from its name: `unit`, `rtt`, `total_retrans` or `total-retrans`.
  init?(name: some StringProtocol) {
    let word = name.lowercased()
    guard let column = Self.byName[word] ?? Self.byName[String(word.map { $0 == "-" ? "_" : $0 })] else { return nil }
    self = column
  }

  /// The error for a word that names no column.
  static func unknown(_ word: some StringProtocol, option: String) -> CommandFailure {
    let suggestion = NearestNames.suggestion(
      for: String(word), among: named.map(\.name) + figures.map(\.name),
      otherwise: "'sockdiag list --columns help' lists the names")
    return .usage("\(option): '\(word)' is not a column; \(suggestion)")
  }

  /// The answer to `--columns help`.
  static var helpText: String {
    var lines = ["Columns for --columns, and keys for --sort:", ""]
    let width = named.map(\.name.utf8.count).max() ?? 0
    for column in named {
      lines.append("  \(column.name.padded(to: width))  \(column.explanation)")
    }
    lines += ["", "Figures of a TCP connection, as in --json without the unit:", ""]
    var line = " "
    for figure in figures {
      if line.utf8.count + 1 + figure.name.utf8.count > 78 {
        lines.append(line)
        line = " "
      }
      line += " " + figure.name
    }
    lines += [
      line, "", "'--columns +user,age' adds to the usual columns.",
      "'--sort -recv-q,local' sorts by two keys, the first from the largest.",
    ]
    return lines.joined(separator: "\n")
  }

  var explanation: String {
    switch self {
    case .netID: "the protocol: tcp, udp, …"
    case .state: "the state"
    case .acceptQueue: "of a listener: connections that wait for accept(), and the limit"
    case .receiveQueue: "bytes received but not read"
    case .sendQueue: "bytes not acknowledged or not sent"
    case .local: "the local address and port"
    case .remote: "the peer's address and port"
    case .timer: "kind, time left, number of expirations"
    case .process: "the processes that hold the socket, with their descriptors"
    case .result: "the result"
    case .namespace: "the network namespace, with --all-netns; - for that of the command"
    case .localPort: "the local port"
    case .remotePort: "the peer's port"
    case .direction: "listening, inbound, outbound, or local: both ends on this host"
    case .service: "service of the local port in /etc/services, or else of the peer's"
    case .interface: "the interface that the socket is bound to"
    case .uid: "owner of the socket, as a number"
    case .user: "owner of the socket"
    case .inode: "the inode of the socket"
    case .cookie: "the kernel's number of the socket"
    case .cgroupID: "the cgroup in which the socket was made, as a number"
    case .mark: "the firewall mark"
    case .pid: "the ids of the processes"
    case .command: "the names of the processes"
    case .commandLine: "the command line of the first process; put it last, it has blanks"
    case .unit: "the systemd units of the processes"
    case .container: "the containers of the processes"
    case .age: "how long the oldest of the processes has run"
    case .cgroup: "the cgroup of the first process"
    case .figure: ""
    }
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - utf8.count)) }
}
