internal import SockDiag

/// Which events are wanted.
struct EventSelection {
  /// What the kernel is asked to announce.
  let groups: SocketEventGroups
  private let selection: Selection

  init(_ options: SelectionOptions) throws(CommandFailure) {
    if let breadth = options.breadth { throw Self.aboutStates("-" + breadth.rawValue.prefix(1)) }
    if options.boundInactive { throw Self.aboutStates("-B") }
    if let word = options.words.first(where: { ["state", "exclude", "excl"].contains($0) }) {
      throw Self.aboutStates("'\(word)'")
    }
    selection = try options.selection(default: .everything)
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

  /// Whether an event about this socket is wanted.
  func contains(_ socket: InetSocket) -> Bool { selection.contains(socket) }

  private static func aboutStates(_ what: String) -> CommandFailure {
    .usage("\(what) chooses states, but every event is about a closed socket; leave it out")
  }
}
