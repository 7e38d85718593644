import SockDiag
import SockDiagTestKit
import SockDiagTesting
import Testing

@testable import SockDiagCommand

/// BPF programs of sockets, as `-b` shows them.
struct ProgramDetailTests {
  private func lines(_ socket: some ShownSocket, _ kinds: DetailLines.Kinds) -> String {
    var text: [UInt8] = []
    DetailLines(kinds: kinds).append(socket, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  private static let listener = InetSocket.specimen(.tcp, .listen, local: "10.0.0.1:80") {
    $0.storages = [SocketStorage(mapID: 3, value: [0x0a, 0xff]), SocketStorage(mapID: 9, value: [])]
  }

  @Test func filtersOfPacketSocketsAreShown() {
    let sockets = RareSockets.packet
    #expect(lines(sockets[0], .programs) == "\n    filter instructions=1 bpf=0x06 0 0 96")
    #expect(lines(sockets[1], .programs) == "\n    filter hidden (needs CAP_NET_ADMIN)")
    #expect(!lines(sockets[0], [.identity, .memory, .transport]).contains("bpf"))
  }

  @Test func storedValuesAreShownByMap() {
    #expect(lines(Self.listener, .programs) == "\n    bpf map_id=3 value=0aff\n    bpf map_id=9 value=")
    #expect(!lines(Self.listener, [.identity, .memory, .transport]).contains("map_id"))
  }

  private static func selection() throws -> Selection {
    var selection = Selection(
      states: [.tcp: .listen, .udp: .all, .sctp: .all], filter: .everything, details: [])
    selection.includesStorages = true
    return selection
  }

  @Test func onlyProtocolsWithValuesAreAskedForThem() throws {
    let queries = try Self.selection().queries
    #expect(queries.filter(\.includesStorages).map(\.protocol) == [.tcp])
    #expect(queries.count == 3)
  }

  @Test func kernelThatForbidsValuesIsNotAskedForThem() throws {
    let kernel = SimulatedKernel()
    var inspector = SocketInspector(asking: kernel)
    for (isForbidden, count) in [(false, 1), (true, 0)] {
      kernel.reportsStorages = !isForbidden
      var (selection, remarks) = (try Self.selection(), Remarks())
      try selection.leaveOutForbiddenStorages(by: &inspector, &remarks)
      #expect(selection.queries.count { $0.includesStorages } == count)
      #expect(remarks.sentences.count == 1 - count)
      #expect(remarks.status == (isForbidden ? .partial : .success))
    }
  }
}
