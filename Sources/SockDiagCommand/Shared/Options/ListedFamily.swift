internal import ArgumentParser

/// A family of sockets that `-f` names, in the words of `ss`.
enum ListedFamily: String, CaseIterable, ExpressibleByArgument {
  case inet, inet6, unix, netlink, link, vsock, xdp, tipc, smc

  /// The kinds of the family; `nil` for IPv4 and IPv6, which restrict the kinds that other options name.
  var kinds: [SocketKind]? {
    switch self {
    case .inet, .inet6: nil
    case .unix: SocketKind.unix
    case .netlink: [.netlink]
    case .link: [.rawPacket, .packetDatagram]
    case .vsock: SocketKind.vsock
    case .xdp: [.xdp]
    case .tipc: SocketKind.tipc
    case .smc: [.smc]
    }
  }
}
