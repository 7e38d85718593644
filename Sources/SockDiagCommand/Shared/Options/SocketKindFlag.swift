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
  case packet
  case vsock
  case xdp
  case tipc
  case smc

  static func name(for value: SocketKindFlag) -> NameSpecification {
    switch value {
    case .tcp, .udp: .shortAndLong
    case .mptcp: [.customShort("M"), .long]
    case .raw: [.customShort("w"), .long]
    case .sctp: [.customShort("S"), .long]
    case .dccp: [.customShort("d"), .long]
    case .unix: [.customShort("x"), .long]
    case .udpLite: .customLong("udplite")
    case .packet: [.customShort("0"), .long]
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
    case .packet: "Packet sockets, as of tcpdump."
    case .vsock: "Sockets between virtual machines and their host."
    case .xdp: "XDP sockets."
    case .tipc: "TIPC sockets."
    case .smc: "SMC sockets."
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
    case .packet: [.rawPacket, .packetDatagram]
    case .vsock: SocketKind.vsock
    case .xdp: [.xdp]
    case .tipc: SocketKind.tipc
    case .smc: [.smc]
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
    case .packet: "-0"
    default: "--\(rawValue)"
    }
  }

  /// The option of a flag such as `-t` or `--tcp`.
  init?(flag: String) {
    guard let value = Self.allCases.first(where: { $0.text == flag || "--\($0.rawValue)" == flag }) else { return nil }
    self = value
  }
}
