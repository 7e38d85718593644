import SockDiag
import SocketLaboratory
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
          try inspector.everything().filter { socket in
            // No packet reaches these, so no look-up does.
            guard socket.state != .boundInactive else { return false }
            return try inspector.current(socket)?.cookie != socket.cookie
          }.map(\.description)
        }
      }
    }
    #expect(lost.isEmpty)
  }
}

extension InetSocket {
  /// What stays the same while nothing happens to the socket.
  fileprivate var identity: [String] {
    [`protocol`.description, state.description, local.description, remote.description, cookie?.description ?? ""]
  }
}
