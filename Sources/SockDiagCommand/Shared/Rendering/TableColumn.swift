internal import SockDiag
internal import SockDiagWire

/// A column of a table of sockets, which is also a key to sort by.
enum TableColumn: Hashable {
  case netID, state, acceptQueue, receiveQueue, sendQueue, local, remote, timer
  case process, result, namespace
  case localPort, remotePort, direction, service, interface, uid, user, inode, cookie, cgroupID, mark
  case pid, command, commandLine, unit, container, age, cgroup
  /// A number of `tcp_info`, by its place in ``figures``. A place and not the figure, because rows copy columns.
  case figure(Int)

  /// The numbers of `tcp_info`, which filters compare under the same names.
  static let figures = FilterFigure.tcpMembers

  /// The columns that are no figures, in the order of the help.
  static let named: [TableColumn] = [
    .netID, .state, .acceptQueue, .receiveQueue, .sendQueue, .local, .remote, .localPort, .remotePort, .direction,
    .service,
    .interface, .timer, .process, .pid, .command, .commandLine, .user, .uid, .unit, .container, .cgroup, .age, .inode,
    .cookie, .cgroupID, .mark, .namespace,
  ]

  /// The name on the command line.
  var name: String {
    switch self {
    case .netID: "proto"
    case .state: "state"
    case .acceptQueue: "accept-q"
    case .receiveQueue: "recv-q"
    case .sendQueue: "send-q"
    case .local: "local"
    case .remote: "peer"
    case .timer: "timer"
    case .process: "process"
    case .result: "result"
    case .namespace: "netns"
    case .localPort: "local-port"
    case .remotePort: "peer-port"
    case .direction: "direction"
    case .service: "service"
    case .interface: "interface"
    case .uid: "uid"
    case .user: "user"
    case .inode: "inode"
    case .cookie: "cookie"
    case .cgroupID: "cgroup-id"
    case .mark: "mark"
    case .pid: "pid"
    case .command: "comm"
    case .commandLine: "cmdline"
    case .unit: "unit"
    case .container: "container"
    case .age: "age"
    case .cgroup: "cgroup"
    case .figure(let index): index < Self.figures.count ? Self.figures[index].name : ""
    }
  }

  /// Whether only a search for processes fills it.
  var needsHolders: Bool {
    switch self {
    case .process, .pid, .command, .commandLine, .unit, .container, .age, .cgroup: true
    default: false
    }
  }

  /// The details that replies must contain for it.
  var neededDetails: InetDetails {
    if case .figure(let index) = self, index < Self.figures.count { Self.figures[index].neededDetails } else { [] }
  }

  /// The column with its title, and how it gives way on a narrow terminal.
  var tableColumn: TablePage.Column {
    TablePage.Column(title: title, alignsRight: isNumber, yielding: yielding, rank: rank)
  }

  private var title: String {
    switch self {
    case .localPort: "Port"
    case .uid: "UID"
    case .pid: "PID"
    case .figure: name
    default: name.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: "-")
    }
  }

  private var isNumber: Bool {
    switch self {
    case .acceptQueue, .receiveQueue, .sendQueue, .localPort, .remotePort, .uid, .inode, .cookie, .cgroupID, .mark,
      .age, .figure:
      true
    default: false
    }
  }

  private var yielding: TablePage.Yielding {
    switch self {
    case .local, .remote: .address
    case .process: .list
    case .command, .commandLine, .unit, .container, .cgroup, .namespace: .text
    case .state, .timer, .direction, .service, .user, .interface, .result: .word
    default: .none
    }
  }

  /// Without a socket's own address a row says nothing. Queues are of interest where they are full, and then a wide
  /// terminal is near.
  private var rank: Int {
    switch self {
    case .sendQueue: 9
    case .receiveQueue: 8
    case .timer: 7
    case .acceptQueue: 6
    case .netID: 4
    case .state: 3
    case .remote, .namespace: 2
    case .process, .result: 1
    case .local: 0
    default: 5
    }
  }
}
