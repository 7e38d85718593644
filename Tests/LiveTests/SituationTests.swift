import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// Every situation that a socket can be brought into, as the running kernel reports it and the inspector reads it.
@Suite(.enabled(if: NetworkNamespace.isPermitted, "needs the right to make network namespaces"))
struct SituationTests {
  @Test(arguments: Situation.all)
  func isReportedAsItWasMade(_ situation: Situation) async throws {
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
  func isTheSameInOneWalkAndInTwo(_ situation: Situation) async throws {
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

  /// Of sockets that share a port, the kernel picks one for each packet, so those are left out.
  @Test(arguments: Situation.all.filter { !$0.name.contains("reuse-") })
  func everySocketIsFoundAgainByItsAddressesAndCookie(_ situation: Situation) async throws {
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

  /// What the reader of a stream throws ends the stream, and the next question has an answer of its own.
  @Test func anErrorOfTheReaderIsThrown() async throws {
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
  /// What stays the same while nothing happens to the socket.
  fileprivate var identity: [String] {
    [`protocol`.description, state.description, local.description, remote.description, cookie?.description ?? ""]
  }
}
