package import SockDiagWire

/// The values in random filters. They are few, so that conditions match often.
package struct FilterValues: Sendable {
  package var addresses: [IPAddress]
  package var ports: [UInt16]
  package var interfaces: [UInt32]
  package var marks: [UInt32]
  package var cgroups: [UInt64]
  /// In a fixed order, unlike that of a dictionary, so that a seed repeats a filter in every process.
  package let figures: [(figure: FilterFigure, values: [UInt64])]

  package init(
    addresses: [IPAddress], ports: [UInt16], interfaces: [UInt32], marks: [UInt32], cgroups: [UInt64],
    figures: [FilterFigure: [UInt64]]
  ) {
    self.addresses = addresses
    self.ports = ports
    self.interfaces = interfaces
    self.marks = marks
    self.cgroups = cgroups
    self.figures = figures.sorted { $0.key.name < $1.key.name }.map { ($0.key, $0.value) }
  }
}

extension FilterValues {
  /// Limits and typical values, for sockets that exist only in tests.
  package static let invented: FilterValues = {
    let v4 = [0, 0x0a00_0001, 0x0a00_0002, 0x0a01_0203, 0x7f00_0001, 0xc000_0201, .max].map(IPAddress.init(v4:))
    let mapped = v4.map { IPAddress(v6: 0, 0xffff << 32 | $0.low) }
    let v6 = [
      IPAddress.anyV6, IPAddress(v6: 0, 1), IPAddress(v6: 0x2001_0db8 << 32, 1), IPAddress(v6: 0x2001_0db8 << 32, 2),
      IPAddress(v6: 0xfe80 << 48, 1), IPAddress(v6: 0xfe80 << 48, 1 << 63), IPAddress(v6: .max, .max),
    ]
    let times: [UInt64] = [0, 1, 1000, 1001, 50_000, UInt64(UInt32.max)]
    let members = [
      ("rtt", times), ("min_rtt", times), ("snd_cwnd", [0, 1, 10, 1 << 31]), ("total_retrans", [0, 1, 7]),
      ("pacing_rate", [0, 125_000, .max]),
    ]
    var figures: [FilterFigure: [UInt64]] = [
      .userID: [0, 1000, 65534], .inode: [1, 4711, UInt64(UInt32.max)], .cookie: [1, 2, 1 << 32, .max],
      .receiveQueue: [0, 1, 5000], .sendQueue: [0, 1, 128],
    ]
    for (name, values) in members { if let figure = FilterFigure(name: name) { figures[figure] = values } }
    return FilterValues(
      addresses: v4 + mapped + v6, ports: [0, 1, 22, 80, 443, 1024, 50123, 65534, 65535], interfaces: [0, 1, 2],
      marks: [0, 1, 0x10, 0x11, .max], cgroups: [0, 1, 4711, 1 << 40], figures: figures)
  }()

  /// The values of real sockets.
  package init(of sockets: [InetSocket]) {
    let names = ["rtt", "snd_cwnd", "snd_mss", "advmss", "pmtu", "reordering", "total_retrans", "bytes_received"]
    var figures: [FilterFigure: [UInt64]] = [
      .userID: sockets.map { UInt64($0.uid ?? 0) }, .inode: sockets.map { UInt64($0.inode) },
      .cookie: sockets.map { $0.cookie?.rawValue ?? 0 }, .receiveQueue: sockets.map { UInt64($0.receiveQueue) },
      .sendQueue: sockets.map { UInt64($0.sendQueue) },
    ]
    for name in names { if let figure = FilterFigure(name: name) { figures[figure] = [0, 1, 10, 1448, 65_483] } }
    self.init(
      addresses: sockets.flatMap { [$0.local.address, $0.remote.address, $0.local.address.unmapped] },
      ports: sockets.flatMap { [$0.local.port, $0.remote.port] }, interfaces: sockets.map(\.interfaceIndex),
      marks: sockets.map { $0.mark ?? 0 }, cgroups: sockets.map { $0.cgroupID ?? 0 }, figures: figures)
  }
}
