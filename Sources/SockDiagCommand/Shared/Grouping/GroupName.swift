internal import SockDiag
internal import SockDiagWire
internal import SocketOwners

/// What the sockets of a group have in common.
enum GroupName: Hashable, Sendable {
  case state(SocketState, TransportProtocol)
  case direction(SocketDirection)
  case port(UInt16, TransportProtocol)
  case peerPort(UInt16, TransportProtocol)
  case peer(AddressPrefix)
  case process(Int32, name: String)
  case unit(SystemdUnit)
  case container(Container)
  /// The path is `nil` if the cgroup is gone, or outside of the hierarchy that is mounted here.
  case cgroup(UInt64, path: String?)
  case user(UInt32, name: String)
  case namespace(NetworkNamespace, isOwn: Bool)
  /// The sockets that have nothing of the kind, and why.
  case none(String)

  /// The name in a table.
  var text: String {
    switch self {
    case .state(let state, let transport): "\(transport) \(Self.text(state, transport))"
    case .direction(let direction): "\(direction)"
    case .port(let port, let transport), .peerPort(let port, let transport): "\(port)/\(transport)"
    case .peer(let network): "\(network)"
    case .process(let pid, let name): "\(name) (\(pid))"
    case .unit(let unit): "\(unit)"
    case .container(let container): "\(container)"
    case .cgroup(let id, let path): path ?? "cgroup \(id)"
    case .user(_, let name): name
    case .namespace(let namespace, let isOwn): isOwn ? "-" : namespace.label
    case .none(let reason): "(\(reason))"
    }
  }

  /// As in the table of `list`.
  private static func text(_ state: SocketState, _ transport: TransportProtocol) -> String {
    state == .close && !transport.hasConnections ? "unconnected" : "\(state)"
  }
}

extension GroupName: FieldWritable {
  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.text("group", text)
    switch self {
    case .state(let state, let transport):
      writer.text("protocol", "\(transport)")
      writer.text("state", Self.text(state, transport))
    case .direction(let direction): writer.text("direction", "\(direction)")
    case .port(let port, let transport):
      writer.text("protocol", "\(transport)")
      writer.number("port", port)
    case .peerPort(let port, let transport):
      writer.text("protocol", "\(transport)")
      writer.number("peer_port", port)
    case .peer(let network): writer.text("peer", "\(network)")
    case .process(let pid, let name):
      writer.number("pid", pid)
      writer.text("command", name)
    case .unit(let unit): writer.text("unit", unit.name)
    case .container(let container):
      writer.text("runtime", container.runtime.rawValue)
      writer.text("container", container.id)
    case .cgroup(let id, let path):
      writer.longNumber("cgroup_id", id)
      writer.text("cgroup", path)
    case .user(let uid, let name):
      writer.number("uid", uid)
      writer.text("user", name)
    case .namespace(let namespace, let isOwn):
      writer.object("netns") { NamespaceTag(namespace, isOwn: isOwn).writeFields(to: &$0) }
    case .none: writer.boolean("is_rest", true)
    }
  }
}
