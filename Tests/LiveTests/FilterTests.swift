import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// The kernel's filter compared with the same filter applied here to all sockets.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct FilterTests {
  @Test func kernelAndLibraryFilterAlike() async throws {
    let complaints = try await Laboratory.withNew { laboratory in
      let crowd = try Crowd(in: laboratory, count: 600)
      return try withExtendedLifetime(crowd) {
        var inspector = try SocketInspector()
        return try settled { try Self.complaints(&inspector) }
      }
    }
    #expect(complaints.isEmpty)
  }

  private static func complaints(_ inspector: inout SocketInspector) throws -> [String] {
    var complaints: [String] = []
    for kind in [TransportProtocol.tcp, .udp] {
      let states = kind == .tcp ? SocketStateSet.all.union(.boundInactive) : .all
      let all = try inspector.dump(SocketQuery(kind, states: states)).sockets
      for query in queries(kind, states, ports: all.map(\.local.port), peers: all.map(\.remote.port)) {
        let found = try inspector.dump(query).sockets
        let wanted = all.filter { query.matches($0) == true }
        if Set(found.map(\.cookie)) != Set(wanted.map(\.cookie)) || found.count != wanted.count {
          complaints.append("\(query): \(found.count) found, expected \(wanted.count)")
        }
      }
    }
    return complaints
  }

  private static func queries(
    _ kind: TransportProtocol, _ states: SocketStateSet, ports: [UInt16], peers: [UInt16]
  ) -> [SocketQuery] {
    let port = ports.sorted()[ports.count / 2]
    let peer = peers.sorted()[peers.count * 3 / 4]
    let several = PortSet(ports.prefix(40).map { $0...$0 })
    let ranges = PortSet([1...1024, port...min(port, 60_000) + 500])
    let many = PortSet(stride(from: UInt16(1), to: 12_001, by: 2).map { $0...$0 } + [20_000...65_535])
    var queries: [SocketQuery] = []
    for family in [nil, AddressFamily.inet, .inet6] {
      queries += (1...11).map { SocketQuery(kind, family: family, states: .init(rawValue: 1 << $0)) }
      let filters: [SocketFilter] = [
        .localPort == port, .remotePort == peer, .localPort(in: several), .localPort(in: ranges),
        .remotePort(in: ranges), .localPort(in: several) && .remotePort(in: ranges),
        .localPort == port && .remotePort == peer, .localPort(in: many), .remotePort == 0, .localPort(in: PortSet()),
        .localPort(in: .all),
      ]
      queries += filters.map { SocketQuery(kind, family: family, states: states, matching: $0) }
    }
    return queries
  }
}
