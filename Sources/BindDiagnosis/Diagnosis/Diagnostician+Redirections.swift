internal import Glibc
internal import SockDiag
internal import SocketOwners

extension Diagnostician {
  /// The NAT rules that send the port's traffic elsewhere. They do not affect bind().
  static func redirections(_ request: BindRequest) -> PortRedirections {
    PortRedirections(rules: rules(request), hasLegacyNATTables: hasLegacyNATTables)
  }

  private static func rules(_ request: BindRequest) -> [PortRedirection]? {
    guard let rules = NetfilterRules() else { return nil }
    defer { rules.close() }
    let address = request.local.address
    let isV6 = address.family == .inet6 && !address.isV4Mapped
    let takesBoth = address == .anyV6 && !request.options.contains(.v6Only)
    var found: [PortRedirection] = []
    for family in takesBoth ? [false, true] : [isV6] {
      let wanted = address.unmapped
      var walk = NetfilterWalk(
        rules, isUDP: request.protocol == .udp, port: request.local.port,
        address: wanted.isUnspecified ? nil : wanted, isV6: family)
      walk.walk()
      // A table for both families is walked twice.
      found += walk.found.filter { !found.contains($0) }
    }
    return found
  }

  /// Kernel: `ip_tables_names`, `ip6_tables_names`, net/netfilter/x_tables.c.
  private static var hasLegacyNATTables: Bool {
    ["/proc/net/ip_tables_names", "/proc/net/ip6_tables_names"].contains { path in
      var text: [UInt8] = []
      return KernelDirectories().contents(ProcPath(path), in: AT_FDCWD, limit: 4096, into: &text) == 0
        && text.split(separator: UInt8(ascii: "\n")).contains(Array("nat".utf8)[...])
    }
  }
}
