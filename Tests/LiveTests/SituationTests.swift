import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// Every situation of the laboratory, as the kernel reports it and the inspector reads it.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct SituationTests {
  @Test(arguments: Situation.all)
  func situationIsReportedAsMade(_ situation: Situation) async throws {
    let complaints = try await Laboratory.withNew { laboratory in
      let scene = try situation.build(in: laboratory)
      var inspector = try SocketInspector()
      return try settled {
        disagreements(try inspector.everything(), scene.expected.filter { $0.protocol != .mptcp })
      }
    }
    #expect(complaints.isEmpty)
  }

  @Test(arguments: Situation.all)
  func oneWalkAndTwoWalksGiveTheSameSockets(_ situation: Situation) async throws {
    let complaints = try await Laboratory.withNew { laboratory in
      let scene = try situation.build(in: laboratory)
      return try withExtendedLifetime(scene) {
        var inspector = try SocketInspector()
        return try settled {
          let both = Set(try inspector.everything().map(\.identity))
          let each = Set(
            try (inspector.everything(family: .inet) + inspector.everything(family: .inet6)).map(\.identity))
          return both.symmetricDifference(each).map(\.description)
        }
      }
    }
    #expect(complaints.isEmpty)
  }

  /// Among sockets that share a port the kernel picks one for each packet, so these are left out.
  @Test(arguments: Situation.all.filter { !$0.name.contains("reuse-") })
  func everySocketIsFoundByItsAddressesAndCookie(_ situation: Situation) async throws {
    let lost = try await Laboratory.withNew { laboratory in
      let scene = try situation.build(in: laboratory)
      return try withExtendedLifetime(scene) {
        var inspector = try SocketInspector()
        return try settled {
          try inspector.everything().filter { try inspector.current($0)?.cookie != $0.cookie }.map(\.description)
        }
      }
    }
    #expect(lost.isEmpty)
  }

  /// An error thrown by the reader of a stream ends the stream, and the next query gets its own answer.
  @Test func errorThrownByTheReaderIsRethrown() async throws {
    struct Enough: Error {}
    try await Laboratory.withNew { laboratory in
      let listeners = try (1...3).map { try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8000 + $0)) }
      try withExtendedLifetime(listeners) {
        var inspector = try SocketInspector()
        #expect(throws: Enough.self) {
          try inspector.forEach(SocketQuery(.tcp, states: .listen)) { _ in throw Enough() }
        }
        #expect(try inspector.dump(SocketQuery(.tcp, states: .listen)).sockets.count == 3)
      }
    }
  }
}

extension InetSocket {
  /// The fields that stay the same while nothing happens to the socket.
  fileprivate var identity: [String] {
    [`protocol`.description, state.description, local.description, remote.description, cookie?.description ?? ""]
  }
}
