internal import SockDiag
internal import SockDiagWire

/// The events to show.
struct EventSelection {
  /// The groups of announcements to subscribe to.
  let groups: SocketEventGroups
  private let selection: Selection

  init(_ options: SelectionOptions, everywhere: AllNamespacesOption) throws(CommandFailure) {
    if let breadth = options.breadth { throw Self.aboutStates("-\(breadth.rawValue.prefix(1))", "it") }
    if options.boundInactive { throw Self.aboutStates("-B", "it") }
    selection = try options.selection(
      default: .everything, names: everywhere.allNamespaces ? ManyNamespacesFilterNames() : HostNames())
    _ = try selection.queries(
      of: [.tcp, .udp], because: "the kernel announces no ends of other sockets than TCP and UDP; use -t and -u only")
    if selection.filter.namesStates { throw Self.aboutStates("the filter", "them") }
    if selection.filter.needsFactsThatEventsLack {
      throw .usage(
        "events have no user, process, inode, cgroup or mark, and do not report how a port was bound; leave these out of the filter"
      )
    }
    var groups: SocketEventGroups = []
    if !selection.tcp.isEmpty { groups.formUnion(.tcp) }
    if !selection.udp.isEmpty { groups.formUnion(.udp) }
    switch selection.family {
    case .inet: groups.formIntersection(.inet)
    case .inet6: groups.formIntersection(.inet6)
    default: break
    }
    self.groups = groups
  }

  /// Whether an event about this socket is shown; `nil` if its record lacks a figure of the filter, because the kernel is
  /// too old.
  func contains(_ socket: InetSocket) -> Bool? { selection.contains(socket) }

  private static func aboutStates(_ option: String, _ object: String) -> CommandFailure {
    .usage("\(option) chooses states, but every event is about a closed socket; leave \(object) out")
  }
}

extension SocketFilter {
  fileprivate var needsFactsThatEventsLack: Bool {
    node.contains { condition in
      switch condition {
      case .mark, .cgroup, .autobound, .direction, .holder: true
      case .figure(let figure, _): figure == .userID || figure == .inode
      default: false
      }
    }
  }
}
