internal import ArgumentParser

/// An option that adds kinds of sockets, in the words of `ss`.
enum SocketKindFlag: String, EnumerableFlag {
  case tcp
  case udp
  case mptcp
  case udpLite = "udplite"
  case raw
  case sctp
  case dccp
  case unix
  case netlink

  static func name(for value: SocketKindFlag) -> NameSpecification {
    switch value {
    case .tcp, .udp: .shortAndLong
    case .mptcp: [.customShort("M"), .long]
    case .raw: [.customShort("w"), .long]
    case .sctp: [.customShort("S"), .long]
    case .dccp: [.customShort("d"), .long]
    case .unix: [.customShort("x"), .long]
    case .udpLite: .customLong("udplite")
    default: .long
    }
  }

  static func help(for value: SocketKindFlag) -> ArgumentHelp? {
    switch value {
    case .tcp: "TCP sockets. Without an option for a kind: TCP and UDP."
    case .udp: "UDP sockets."
    case .mptcp: "Multipath TCP connections; -t lists their subflows."
    case .udpLite: "UDP-Lite sockets."
    case .raw: "Raw IP sockets, as of ping."
    case .sctp: "SCTP endpoints and associations."
    case .dccp: "DCCP sockets."
    case .unix: "UNIX sockets."
    case .netlink: "Netlink sockets."
    }
  }

  /// The kinds that the option adds.
  var kinds: [SocketKind] {
    switch self {
    case .tcp: [.tcp]
    case .udp: [.udp]
    case .mptcp: [.mptcp]
    case .udpLite: [.udpLite]
    case .raw: [.raw]
    case .sctp: [.sctp]
    case .dccp: [.dccp]
    case .unix: SocketKind.unix
    case .netlink: [.netlink]
    }
  }

  /// The option as people type it.
  var text: String {
    switch self {
    case .tcp: "-t"
    case .udp: "-u"
    case .mptcp: "-M"
    case .raw: "-w"
    case .sctp: "-S"
    case .dccp: "-d"
    case .unix: "-x"
    default: "--\(rawValue)"
    }
  }

  /// The option of a flag such as `-t` or `--tcp`.
  init?(flag: String) {
    guard let value = Self.allCases.first(where: { $0.text == flag || "--\($0.rawValue)" == flag }) else { return nil }
    self = value
  }
}
