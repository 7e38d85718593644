extension SocketFilter {
  /// Sockets that pass both filters.
  public static func && (left: SocketFilter, right: SocketFilter) -> SocketFilter {
    var terms: [FilterNode] = []
    for node in [left.node, right.node] {
      if case .all(let nested) = node { terms += nested } else { terms.append(node) }
    }
    return SocketFilter(FilterNode.conjunction(terms))
  }

  /// Sockets that pass at least one of the filters.
  public static func || (left: SocketFilter, right: SocketFilter) -> SocketFilter {
    var terms: [FilterNode] = []
    for node in [left.node, right.node] {
      if case .any(let nested) = node { terms += nested } else { terms.append(node) }
    }
    return SocketFilter(FilterNode.disjunction(terms))
  }

  /// Sockets that do not pass the filter.
  public static prefix func ! (filter: SocketFilter) -> SocketFilter {
    if case .not(let node) = filter.node { SocketFilter(node) } else { SocketFilter(.not(filter.node)) }
  }
}

extension SocketFilter {
  /// Sockets whose own address has a prefix. `ss`: `src`. Kernel: `INET_DIAG_BC_S_COND`.
  public static func local(in prefix: AddressPrefix) -> SocketFilter { SocketFilter(.address(.local, prefix)) }

  /// Sockets whose peer's address has a prefix. `ss`: `dst`. Kernel: `INET_DIAG_BC_D_COND`.
  public static func remote(in prefix: AddressPrefix) -> SocketFilter { SocketFilter(.address(.remote, prefix)) }

  /// Sockets whose own port is in a set. `ss`: `sport`. Kernel: `INET_DIAG_BC_S_EQ`, `INET_DIAG_BC_S_GE`,
  /// `INET_DIAG_BC_S_LE`.
  public static func localPort(in ports: PortSet) -> SocketFilter { SocketFilter(.ports(.local, ports)) }

  /// Sockets whose peer's port is in a set. `ss`: `dport`. Kernel: `INET_DIAG_BC_D_EQ`, `INET_DIAG_BC_D_GE`,
  /// `INET_DIAG_BC_D_LE`.
  public static func remotePort(in ports: PortSet) -> SocketFilter { SocketFilter(.ports(.remote, ports)) }

  /// Sockets of a family; an IPv6 socket with IPv4 peers is `inet6`.
  public static func family(_ family: AddressFamily) -> SocketFilter { SocketFilter(.family(family)) }

  /// Sockets in one of some states. Part of the kernel's request, not of its filter program.
  public static func state(_ states: SocketStateSet) -> SocketFilter { SocketFilter(.states(states)) }

  /// Sockets bound to an interface; 0 for those bound to none. `ss`: `dev`. Kernel: `INET_DIAG_BC_DEV_COND`, since 4.8.
  public static func interface(index: UInt32) -> SocketFilter { SocketFilter(.interface(index)) }

  /// Sockets whose firewall mark has a value in the bits of a mask. Needs CAP_NET_ADMIN. `ss`: `fwmark`. Kernel:
  /// `INET_DIAG_BC_MARK_COND`, since 4.9.
  public static func mark(_ value: UInt32, mask: UInt32 = .max) -> SocketFilter {
    SocketFilter(.mark(value, mask: mask))
  }

  /// Sockets made in a cgroup (version 2), by its id; child cgroups have their own ids. `ss`: `cgroup`. Kernel:
  /// `INET_DIAG_BC_CGROUP_COND`, since 5.8.
  public static func cgroup(id: UInt64) -> SocketFilter { SocketFilter(.cgroup(id)) }

  /// Sockets that no program has bound to a port: the kernel chose it, or a listener accepted the connection. TIME_WAIT
  /// and SYN_RECV records count too, because the kernel has forgotten it for them. Only the kernel can test this;
  /// replies do not contain it. `ss`: `autobound`, but `ss` excludes ports outside the range that the kernel chooses
  /// from. Kernel: `INET_DIAG_BC_AUTO`.
  public static var autobound: SocketFilter { SocketFilter(FilterCondition.autobound) }
}

/// A port in a comparison that makes a filter: `.localPort == 443`.
public struct FilterPort: Hashable, Sendable {
  let end: SocketEnd

  /// The port on this host. `ss`: `sport`.
  public static let localPort = FilterPort(end: .local)
  /// The peer's port. `ss`: `dport`.
  public static let remotePort = FilterPort(end: .remote)

  private func isIn(_ ports: PortSet) -> SocketFilter { SocketFilter(.ports(end, ports)) }

  /// Sockets whose port is the given one.
  public static func == (left: FilterPort, right: UInt16) -> SocketFilter { left.isIn(PortSet(right)) }
  /// Sockets whose port is not the given one.
  public static func != (left: FilterPort, right: UInt16) -> SocketFilter { left.isIn(PortSet(right).complement) }
  /// Sockets whose port is lower.
  public static func < (left: FilterPort, right: UInt16) -> SocketFilter {
    left.isIn(PortSet([right...UInt16.max]).complement)
  }
  /// Sockets whose port is not higher.
  public static func <= (left: FilterPort, right: UInt16) -> SocketFilter { left.isIn(PortSet([0...right])) }
  /// Sockets whose port is higher.
  public static func > (left: FilterPort, right: UInt16) -> SocketFilter {
    left.isIn(PortSet([0...right]).complement)
  }
  /// Sockets whose port is not lower.
  public static func >= (left: FilterPort, right: UInt16) -> SocketFilter { left.isIn(PortSet([right...UInt16.max])) }
}

extension FilterFigure {
  /// How a figure and a number compare.
  enum Comparison { case equal, unequal, less, lessOrEqual, greater, greaterOrEqual }

  func filter(_ comparison: Comparison, _ value: UInt64) -> FilterNode {
    let below = value == 0 ? FilterNode.nothing : .condition(.figure(self, 0...value - 1))
    let above = value == .max ? FilterNode.nothing : .condition(.figure(self, value + 1 ... .max))
    return switch comparison {
    case .equal: .condition(.figure(self, value...value))
    // A socket without the figure matches neither this nor the opposite.
    case .unequal: .any([below, above])
    case .less: below
    case .lessOrEqual: .condition(.figure(self, 0...value))
    case .greater: above
    case .greaterOrEqual: .condition(.figure(self, value ... .max))
    }
  }

  /// Sockets whose figure equals a number. Figures that are times are counted in microseconds.
  public static func == (left: FilterFigure, right: UInt64) -> SocketFilter { SocketFilter(left.filter(.equal, right)) }
  /// Sockets whose figure differs from a number.
  public static func != (left: FilterFigure, right: UInt64) -> SocketFilter {
    SocketFilter(left.filter(.unequal, right))
  }
  /// Sockets whose figure is below a number.
  public static func < (left: FilterFigure, right: UInt64) -> SocketFilter { SocketFilter(left.filter(.less, right)) }
  /// Sockets whose figure is at most a number.
  public static func <= (left: FilterFigure, right: UInt64) -> SocketFilter {
    SocketFilter(left.filter(.lessOrEqual, right))
  }
  /// Sockets whose figure is above a number.
  public static func > (left: FilterFigure, right: UInt64) -> SocketFilter {
    SocketFilter(left.filter(.greater, right))
  }
  /// Sockets whose figure is at least a number.
  public static func >= (left: FilterFigure, right: UInt64) -> SocketFilter {
    SocketFilter(left.filter(.greaterOrEqual, right))
  }
}
