internal import ArgumentParser

/// A family of sockets that `-f` names, in the words of `ss`.
enum ListedFamily: String, CaseIterable, ExpressibleByArgument {
  case inet, inet6, unix, netlink

  /// The kinds of the family; `nil` for IPv4 and IPv6, which restrict the kinds that other options name.
  var kinds: [SocketKind]? {
    switch self {
    case .inet, .inet6: nil
    case .unix: SocketKind.unix
    case .netlink: [.netlink]
    }
  }
}
