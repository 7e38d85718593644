import SockDiag
import SockDiagTesting
import Testing

@testable import SockDiag

/// Two walkers find what one finds.
@Suite struct SocketWalkersTests {
  private static func crowd(_ count: Int, local: (Int) -> UInt16, remote: (Int) -> UInt16) -> [InetSocket] {
    (0..<count).map { number in
      .specimen(
        local: SocketAddress(IPAddress(v4: 0x0a00_0001), port: local(number)),
        remote: SocketAddress(IPAddress(v4: 0x0a00_0009), port: remote(number)))
    }
  }

  private func walkers(_ kernel: SimulatedKernel) throws -> SocketWalkers {
    try SocketWalkers(SocketInspector(asking: kernel), SocketInspector(asking: kernel))
  }

  @Test(arguments: [true, false]) func twoWalkersFindWhatOneFinds(isServer: Bool) throws {
    let kernel = SimulatedKernel(
      Self.crowd(
        9_000, local: { isServer ? 443 : UInt16(32_768 + $0) }, remote: { isServer ? UInt16(1_024 + $0) : 443 })
        + [
          .specimen(.tcp, .listen, local: "0.0.0.0:443"),
          .specimen(.tcp, .boundInactive, local: "10.0.0.1:40000") { $0.inode = 5 },
        ])
    var walkers = try walkers(kernel)
    let query = SocketQuery(.tcp, states: .all.union(.boundInactive))
    let alone = try walkers.dump(query)
    #expect(walkers.lastWalkerCount == 1)
    let together = try walkers.dump(query)
    #expect(walkers.lastWalkerCount == 2)
    #expect(together.defects == .complete)
    #expect(together.sockets.count == 9_002)
    #expect(Set(together.sockets) == Set(alone.sockets))
  }

  @Test func smallHostsHaveOneWalker() throws {
    var walkers = try walkers(SimulatedKernel(Self.crowd(100, local: { UInt16($0) }, remote: { _ in 1 })))
    for _ in 0..<3 {
      #expect(try walkers.dump(SocketQuery(.tcp)).sockets.count == 100)
      #expect(walkers.lastWalkerCount == 1)
    }
  }

  @Test func filterOfTheQueryStillHolds() throws {
    let kernel = SimulatedKernel(Self.crowd(20_000, local: { UInt16(1_024 + $0) }, remote: { _ in 1 }))
    var walkers = try walkers(kernel)
    let query = SocketQuery(.tcp, matching: .localPort >= 10_000)
    for _ in 0..<3 { #expect(try walkers.dump(query).sockets.count == 11_024) }
  }

  @Test func errorOfEitherWalkerIsThrown() throws {
    let kernel = SimulatedKernel(Self.crowd(9_000, local: { UInt16(1_024 + $0) }, remote: { _ in 1 }))
    var walkers = try walkers(kernel)
    _ = try walkers.dump(SocketQuery(.tcp))
    kernel.answer(.dump, with: .error(12))
    #expect(throws: SockDiagError.self) { _ = try walkers.dump(SocketQuery(.tcp)) }
  }

  // MARK: The division

  private func division(_ sockets: [InetSocket]) -> (division: PortSplit.Division, share: Double)? {
    var split = PortSplit()
    for socket in sockets { split.add(socket) }
    return split.best
  }

  @Test func divisionIsAtTheMedianOfTheEndThatVaries() throws {
    let clients = try #require(division(Self.crowd(1_000, local: { UInt16(40_000 + $0 * 10) }, remote: { _ in 443 })))
    #expect(clients.division.end == .local)
    #expect(abs(Int(clients.division.lastPort) - 45_000) < 100)
    #expect(clients.share < 0.52)
    let servers = try #require(division(Self.crowd(1_000, local: { _ in 443 }, remote: { UInt16(40_000 + $0 * 10) })))
    #expect(servers.division.end == .remote)
    #expect(servers.share < 0.52)
  }

  @Test func socketsOfOnePairOfPortsCannotBeDivided() throws {
    let best = try #require(division(Self.crowd(1_000, local: { _ in 443 }, remote: { _ in 443 })))
    #expect(best.share == 1)
    #expect(division([]) == nil)
  }
}
