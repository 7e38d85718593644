import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// Two sockets of one cookie, which the kernel makes of one connection.
@Suite(.enabled(if: NetworkNamespace.isPermitted, "needs the right to make network namespaces"))
struct SharedCookieTests {
  @Test func aTimeWaitRecordAndTheBoundSocketThatItCameFromAreTwo() async throws {
    try await Laboratory.withNew { laboratory in
      let pair = try laboratory.connectedPair(
        to: LabEndpoint(.loopbackV4, 8080), from: LabEndpoint(.loopbackV4, 7000))
      // The first reader gives the socket its cookie, which the record then takes over.
      _ = try SocketInspector.sockets(.tcp)
      try pair.client.shutdown(sending: true)
      _ = try pair.server.discard()
      pair.server.close()
      _ = try pair.client.discard()

      let states: [SocketStateSet] = [.timeWait, .boundInactive]
      let apart = try states.map { try SocketInspector.sockets(.tcp, in: $0, matching: .localPort == 7000) }
      #expect(apart.map(\.count) == [1, 1])
      #expect(apart[0].first?.cookie == apart[1].first?.cookie)
      let together = try SocketInspector.sockets(.tcp, in: [.timeWait, .boundInactive], matching: .localPort == 7000)
      #expect(Set(together.map(\.state)) == [.timeWait, .boundInactive])
    }
  }
}
