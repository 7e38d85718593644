import SockDiag
import SockDiagTesting
import Testing

/// A walk that is read a datagram at a time has the same sockets as a dump, whatever happens in between.
@Suite struct SocketWalkTests {
  private static let crowd = (1...1_000).map { port in
    InetSocket.specimen(
      local: SocketAddress(IPAddress(v4: 0x0a00_0001), port: 443),
      remote: SocketAddress(IPAddress(v4: 0x0a00_0009), port: UInt16(port)))
  }

  /// The remote ports of each batch.
  private func batches(_ inspector: inout SocketInspector, _ walk: inout SocketWalk) throws -> [[UInt16]] {
    var batches: [[UInt16]] = []
    var isOver = false
    while !isOver {
      var batch: [UInt16] = []
      isOver = try !inspector.next(&walk) { socket in
        batch.append(socket.remote.port)
        return .continue
      }
      batches.append(batch)
    }
    return batches
  }

  @Test func batchesTogetherAreTheDump() throws {
    var inspector = SocketInspector(answering: Self.crowd)
    var walk = try inspector.begin(SocketQuery(.tcp))
    let batches = try batches(&inspector, &walk)
    #expect(batches.count > 3)
    #expect(batches.flatMap(\.self) == Self.crowd.map(\.remote.port))
    #expect(walk.isOver)
    #expect(walk.defects == .complete)
    #expect(walk.source == .sockDiag)
    #expect(try !inspector.next(&walk) { _ in .continue })
  }

  @Test func filterOfTwoWalksGivesBoth() throws {
    var inspector = SocketInspector(answering: Self.crowd)
    let query = try SocketQuery(
      .tcp, states: .all, matching: "dport = 7 or (state established and dport = 900) or uid = 3")
    var walk = try inspector.begin(query)
    let expected = try inspector.dump(query).sockets.map(\.remote.port)
    walk = try inspector.begin(query)
    #expect(try batches(&inspector, &walk).flatMap(\.self).sorted() == expected.sorted())
    #expect(expected.contains(7))
  }

  @Test func stopEndsTheWalk() throws {
    var inspector = SocketInspector(answering: Self.crowd)
    var walk = try inspector.begin(SocketQuery(.tcp))
    #expect(try !inspector.next(&walk) { _ in .stop })
    #expect(walk.defects == .stopped)
    // The next request is answered as usual.
    #expect(try inspector.dump(SocketQuery(.tcp)).sockets.count == 1_000)
  }

  @Test func anotherRequestEndsTheWalk() throws {
    var inspector = SocketInspector(answering: Self.crowd)
    var walk = try inspector.begin(SocketQuery(.tcp))
    #expect(try inspector.next(&walk) { _ in .continue })
    _ = try inspector.dump(SocketQuery(.tcp, states: .listen))
    let error = #expect(throws: SockDiagError.self) { try inspector.next(&walk) { _ in .continue } }
    #expect(error?.code == .otherRequest)
  }

  @Test func refusalIsThrown() throws {
    let kernel = SimulatedKernel(Self.crowd)
    var inspector = SocketInspector(asking: kernel)
    var walk = try inspector.begin(SocketQuery(.tcp))
    kernel.answer(.dump, with: .error(12))
    let error = #expect(throws: SockDiagError.self) { try inspector.next(&walk) { _ in .continue } }
    #expect(error?.errno == 12)
  }

  @Test func kernelWithoutIPv6HasOnlyIPv4Sockets() throws {
    let kernel = SimulatedKernel([.specimen(.udp, .close, local: "127.0.0.1:53")])
    kernel.families = [.inet]
    var inspector = SocketInspector(asking: kernel)
    var walk = try inspector.begin(SocketQuery(.raw, states: .all))
    kernel.protocols.insert(.raw)
    _ = try batches(&inspector, &walk)
    #expect(walk.isOver)
    #expect(walk.defects == .complete)
  }

  @Test func damagedRecordIsNoted() throws {
    let kernel = SimulatedKernel(Self.crowd)
    var inspector = SocketInspector(asking: kernel)
    var walk = try inspector.begin(SocketQuery(.tcp))
    kernel.answer(.dump, with: .malformed)
    #expect(try batches(&inspector, &walk).flatMap(\.self).count == 1_000)
    #expect(walk.defects == .malformed)
  }
}
