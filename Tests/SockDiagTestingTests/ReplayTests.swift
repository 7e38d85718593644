import Foundation
import SockDiagTestKit
import SockDiagTesting
import Testing

/// Captures of real kernels, replayed and encoded anew.
@Suite struct ReplayTests {
  private static let captures =
    Fixtures.files(below: "captures", withExtension: "pcap") + Fixtures.files(below: "captures", withExtension: "ss-D")

  /// A socket that is encoded as by the kernel decodes to itself, with every detail.
  @Test(arguments: captures) func recordIsEncodedAsTheKernelDid(_ file: URL) throws {
    let bytes = try Fixtures.bytes(file)
    for socket in try CaptureDecoder.sockets(in: bytes.span).sockets.compactMap(\.inet) {
      #expect(InetSocketFields(socket).record == socket)
    }
  }

  @Test(arguments: captures) func inspectorAnswersFromACapture(_ file: URL) throws {
    let bytes = try Fixtures.bytes(file)
    let captured = try CaptureDecoder.sockets(in: bytes.span).sockets.compactMap(\.inet)
    var inspector = try SocketInspector(replaying: bytes.span)
    var replayed: Set<InetSocket> = []
    for kind in [TransportProtocol.tcp, .udp] {
      let states: [SocketStateSet] = kind == .tcp ? [.all, .boundInactive] : [.all]
      for states in states {
        var query = SocketQuery(kind, states: states, details: .all)
        query.includesStorages = true
        let dump = try inspector.dump(query)
        #expect(dump.defects.isComplete)
        replayed.formUnion(dump.sockets)
      }
    }
    #expect(replayed.isSubset(of: captured))
    let cookies = captured.filter { [.tcp, .udp].contains($0.protocol) }.map(\.cookie)
    #expect(Set(replayed.map(\.cookie)) == Set(cookies))
  }

  @Test func bytesThatAreNoCaptureAreRefused() {
    let bytes = [UInt8](repeating: 7, count: 64)
    #expect(throws: WireError.self) { _ = try SimulatedKernel(replaying: bytes.span) }
  }

  /// The kernel's program and the reader together select the records that the filter describes.
  @Test func randomFiltersSelectWhatTheyEvaluateTo() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = Generator(state: seed)
    let file = try #require(Self.captures.first { $0.lastPathComponent == "crowd.pcap" })
    let bytes = try Fixtures.bytes(file)
    let kernel = try SimulatedKernel(replaying: bytes.span)
    var inspector = SocketInspector(asking: kernel)
    let values = FilterValues(of: kernel.sockets)
    for _ in 0..<Trials.count(200) {
      let filter = SocketFilter(FilterNode.random(values, using: &random))
      let query = SocketQuery(.tcp, states: .all, matching: filter, details: .all)
      let dump = try inspector.dump(query)
      let expected = try inspector.dump(SocketQuery(.tcp, states: .all, details: .all)).sockets.filter {
        filter.evaluate($0) == true
      }
      // A condition that sock_diag cannot test, such as the program's choice of the port, has no reference here.
      let isDecided = kernel.sockets.allSatisfy { filter.evaluate($0) != nil }
      // Two walks report in another order than one.
      let isSame = Set(dump.sockets) == Set(expected) && dump.sockets.count == expected.count
      #expect(isSame || !isDecided, "seed \(seed), \(filter)")
    }
  }

  private struct Generator: RandomNumberGenerator {
    var state: UInt64

    /// SplitMix64.
    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var mixed = state
      mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
      mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
      return mixed ^ mixed >> 31
    }
  }
}
