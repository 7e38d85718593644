/// What sockets are grouped by.
enum Grouping: Hashable, Sendable {
  case state, direction, port, peerPort
  /// By the peer's network, with the lengths of the prefixes.
  case peer(v4: Int, v6: Int)
  case process, unit, container, cgroup, user, namespace

  /// The words of the command line, in the order of the help.
  static let words = [
    "state", "direction", "port", "peer-port", "peer", "process", "unit", "container", "cgroup", "user", "namespace",
  ]

  /// Whether groups are processes, which have to be searched for.
  var needsHolders: Bool { self == .process }

  /// The word of the command line.
  var word: String {
    switch self {
    case .state: "state"
    case .direction: "direction"
    case .port: "port"
    case .peerPort: "peer-port"
    case .peer(32, 128): "peer"
    case .peer(let v4, let v6): "peer/\(v4),\(v6)"
    case .process: "process"
    case .unit: "unit"
    case .container: "container"
    case .cgroup: "cgroup"
    case .user: "user"
    case .namespace: "namespace"
    }
  }

  /// The title of a column of names.
  var title: String {
    switch self {
    case .state: "State"
    case .direction: "Direction"
    case .port: "Port"
    case .peerPort: "Peer port"
    case .peer: "Peer"
    case .process: "Process"
    case .unit: "Unit"
    case .container: "Container"
    case .cgroup: "Cgroup"
    case .user: "User"
    case .namespace: "Netns"
    }
  }

  /// Reads a word of the command line.
  static func parse(_ text: String) throws(CommandFailure) -> Grouping {
    switch text {
    case "state": return .state
    case "direction": return .direction
    case "port": return .port
    case "peer-port": return .peerPort
    case "peer": return .peer(v4: 32, v6: 128)
    case "process": return .process
    case "unit": return .unit
    case "container": return .container
    case "cgroup": return .cgroup
    case "user": return .user
    case "namespace", "netns": return .namespace
    default:
      if text.hasPrefix("peer/") { return try network(text) }
      throw .usage("--by: '\(text)' is not one of \(words.joined(separator: ", "))")
    }
  }

  /// Reads `peer/V4` or `peer/V4,V6`.
  private static func network(_ text: String) throws(CommandFailure) -> Grouping {
    let lengths = text.dropFirst("peer/".count).split(separator: ",", omittingEmptySubsequences: false)
    // A site has an IPv6 prefix of 48 to 64 bits.
    guard let v4 = Int(lengths[0]), let v6 = lengths.count == 1 ? 64 : Int(lengths[1]), lengths.count <= 2,
      0...32 ~= v4, 0...128 ~= v6
    else {
      throw .usage(
        "--by: '\(text)' needs the length of an IPv4 prefix, up to 32, and perhaps of an IPv6 prefix after a comma:"
          + " peer/24 or peer/24,48")
    }
    return .peer(v4: v4, v6: v6)
  }
}
