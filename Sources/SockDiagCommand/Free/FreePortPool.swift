internal import SockDiag

/// The ports among which a free one is chosen if the user names none.
///
/// The kernel gives ports of `net.ipv4.ip_local_port_range` to outgoing connections, so that one of them may be taken before
/// a server binds it. Ports of `net.ipv4.ip_local_reserved_ports` are reserved for servers of their own. Neither is chosen.
/// Ports below 10000 are those of well-known servers. They come last.
struct FreePortPool {
  private let settings: KernelSettings

  init(_ settings: KernelSettings = KernelSettings()) { self.settings = settings }

  private var ephemeral: ClosedRange<UInt16> { settings.localPortRange ?? 32768...60999 }
  var reserved: PortSet { settings.reservedPorts ?? PortSet() }

  /// The ports, the best ones first.
  ///
  /// It begins at a random port, so that two programs that ask at the same time seldom get the same one.
  ///
  /// - Parameter random: Chooses a port of a range.
  func ports(startingAt random: (ClosedRange<UInt16>) -> UInt16 = { .random(in: $0) }) -> [ClosedRange<UInt16>] {
    let high: ClosedRange<UInt16> = 10000...65535
    let low = max(settings.unprivilegedPortStart ?? 1024, 1)
    var parts = without(ephemeral, in: high).flatMap { part in
      let start = random(part)
      return start == part.lowerBound ? [part] : [start...part.upperBound, part.lowerBound...(start - 1)]
    }
    if low < high.lowerBound { parts += without(ephemeral, in: low...(high.lowerBound - 1)) }
    return parts
  }

  /// The ports of the kernel's own range, for a host on which no other is left.
  var lastResort: [ClosedRange<UInt16>] { [ephemeral] }

  private func without(_ hole: ClosedRange<UInt16>, in range: ClosedRange<UInt16>) -> [ClosedRange<UInt16>] {
    guard hole.overlaps(range) else { return [range] }
    var parts: [ClosedRange<UInt16>] = []
    if hole.lowerBound > range.lowerBound { parts.append(range.lowerBound...(hole.lowerBound - 1)) }
    if hole.upperBound < range.upperBound { parts.append((hole.upperBound + 1)...range.upperBound) }
    return parts
  }
}
