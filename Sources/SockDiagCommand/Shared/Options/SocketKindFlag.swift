internal import ArgumentParser

/// An option that adds kinds of sockets, in the words of `ss`.
enum SocketKindFlag: String, EnumerableFlag {
  case tcp
  case udp
  case netlink

  static func name(for value: SocketKindFlag) -> NameSpecification {
    switch value {
    case .tcp, .udp: .shortAndLong
    default: .long
    }
  }

  static func help(for value: SocketKindFlag) -> ArgumentHelp? {
    switch value {
    case .tcp: "TCP sockets. Without an option for a kind: TCP and UDP."
    case .udp: "UDP sockets."
    case .netlink: "Netlink sockets."
    }
  }

  /// The kinds that the option adds.
  var kinds: [SocketKind] {
    switch self {
    case .tcp: [.tcp]
    case .udp: [.udp]
    case .netlink: [.netlink]
    }
  }

  /// The option as people type it.
  var text: String {
    switch self {
    case .tcp: "-t"
    case .udp: "-u"
    default: "--\(rawValue)"
    }
  }

  /// The option of a flag such as `-t` or `--tcp`.
  init?(flag: String) {
    guard let value = Self.allCases.first(where: { $0.text == flag || "--\($0.rawValue)" == flag }) else { return nil }
    self = value
  }
}
