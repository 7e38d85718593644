import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// Two sockets with the same cookie, which the kernel makes from one connection.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct SharedCookieTests {
  @Test func timeWaitRecordAndItsBoundSocketAreTwoSockets() async throws {
    try await Laboratory.withNew { laboratory in
      let pair = try laboratory.connectedPair(
        to: LabEndpoint(.loopbackV4, 8080), from: LabEndpoint(.loopbackV4, 7000))
      // The first reader makes the kernel assign a cookie, which the record then inherits.
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
