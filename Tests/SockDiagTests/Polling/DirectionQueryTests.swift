import SockDiag
import SockDiagTesting
import Testing

/// An inspector that meets a direction in a filter reads the facts that it needs, and lets the kernel compare them.
@Suite struct DirectionQueryTests {
  private let kernel = SimulatedKernel([
    .specimen(.tcp, .listen, local: "0.0.0.0:443"),
    .specimen(local: "10.0.0.1:443", remote: "10.0.0.9:51000"),
    .specimen(local: "10.0.0.1:51000", remote: "10.0.0.9:80"),
    .specimen(local: "127.0.0.1:443", remote: "127.0.0.1:51001"),
  ])

  private func ports(_ direction: SocketDirection, _ inspector: inout SocketInspector) throws -> [UInt16] {
    try inspector.dump(SocketQuery(.tcp, matching: .direction(direction))).sockets.map(\.remote.port)
  }

  @Test func dumpSelectsByDirection() throws {
    var inspector = SocketInspector(asking: kernel)
    #expect(try ports(.listening, &inspector) == [0])
    #expect(try ports(.inbound, &inspector) == [51_000])
    #expect(try ports(.outbound, &inspector) == [80])
    #expect(try ports(.local, &inspector) == [51_001])
  }

  @Test func listenerThatComesOrGoesChangesTheDirection() throws {
    var inspector = SocketInspector(asking: kernel)
    kernel.sockets.removeAll { $0.state == .listen }
    #expect(try ports(.inbound, &inspector) == [])
    kernel.sockets.append(.specimen(.tcp, .listen, local: "0.0.0.0:51000"))
    #expect(try ports(.inbound, &inspector) == [80])
  }

  @Test func kernelComparesThePorts() throws {
    var inspector = SocketInspector(asking: kernel)
    _ = try ports(.inbound, &inspector)
    #expect(kernel.requests.last?.bytecode.isEmpty == false)
    #expect(try inspector.explain(SocketQuery(.tcp, matching: .direction(.inbound))).passed == 1)
  }

  @Test func everyReaderResolvesDirections() throws {
    var inspector = SocketInspector(asking: kernel)
    let query = SocketQuery(.tcp, matching: .direction(.inbound))
    #expect(try inspector.stateCounts(query).total == 1)
    var count = 0
    try inspector.forEach(query) { _ in
      count += 1
      return .continue
    }
    var walk = try inspector.begin(query)
    while try inspector.next(
      &walk,
      { _ in
        count += 1
        return .continue
      })
    {}
    #expect(count == 2)
    var tracker = SocketTracker(query, ends: SocketEvents(from: kernel))
    #expect(try tracker.update(&inspector) { _ in }.sockets == 1)
    kernel.announce(.specimen(local: "10.0.0.1:443", remote: "10.0.0.9:51009"))
    kernel.announce(.specimen(local: "10.0.0.1:51009", remote: "10.0.0.9:443"))
    #expect(try tracker.update(&inspector) { _ in }.endedUnseen == 1)
  }

  @Test func summaryGroupsByDirection() throws {
    var inspector = SocketInspector(asking: kernel)
    var summary = Summary<SocketDirection>()
    let directions = try inspector.directions(.tcp)
    try inspector.summarize(SocketQuery(.tcp, states: .all), by: .direction(directions), into: &summary)
    #expect(summary[.inbound]?.sockets == 1)
    #expect(summary.count == 4)
  }
}
