internal import ArgumentParser

/// A family of sockets that `-f` names, in the words of `ss`.
enum ListedFamily: String, CaseIterable, ExpressibleByArgument {
  case inet, inet6, netlink
}
