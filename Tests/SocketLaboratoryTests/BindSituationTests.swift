import Glibc
import SocketLaboratoryKit
import Testing

@testable import SocketLaboratory

/// The building blocks of situations around a port.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct BindSituationTests {
  private static let at = LabEndpoint(.loopbackV4, 8080)

  private static func text(_ path: String) throws -> String {
    String(decoding: try FileSystem.read(path), as: UTF8.self)
  }

  @Test(arguments: BindSituation.all) func situationCanBeBuilt(_ situation: BindSituation) async throws {
    let (port, story, questions) = try await Laboratory.withNew { laboratory in
      let scene = try situation.build(in: laboratory)
      return (scene.port, scene.story, situation.questions(about: scene.port))
    }
    #expect(story.hasSuffix("."))
    #expect(!questions.isEmpty && questions.allSatisfy { !$0.joined().contains("PORT") })
    #expect(port != 0 || situation.name == "no-port-left")
  }

  /// Without its own namespace, a situation changes nothing on the host and uses a port that is free.
  @Test(arguments: BindSituation.all.filter { $0.namespaceReason == nil })
  func situationCanBeBuiltOnTheHost(_ situation: BindSituation) async throws {
    try await LabNamespace.withNew { _ in
      let range = "/proc/sys/net/ipv4/ip_local_port_range"
      let before = try Self.text(range)
      try LabNamespace.withCurrent { namespace in
        let laboratory = try Laboratory(in: namespace)
        var scene: BindScene?
        // The search for a port closes its socket, but a child that is being started may still have a copy.
        let complaints = try settled {
          do {
            scene = try situation.build(in: laboratory, at: try BindPlace.onHost(laboratory))
            return []
          } catch let error as LaboratoryError {
            return ["\(error)"]
          }
        }
        #expect(complaints == [])
        #expect(try Self.text(range) == before)
        // The demonstration only asks about port 80; it does not bind it.
        #expect(try #require(scene).port > 1024 || situation.name == "privileged-port")
      }
    }
  }

  @Test func serverHoldsItsSocketsUnderItsName() async throws {
    try await Laboratory.withNew { laboratory in
      let sockets = try (0..<3).map { _ in try laboratory.tcpListener(on: Self.at, options: [.reusePort]) }
      let inodes = sockets.map(\.inode)
      let server = try LabServer("some-server", holding: sockets)
      #expect(sockets.allSatisfy { $0.descriptor == -1 })
      #expect(try Self.text("/proc/\(server.pid)/comm") == "some-server\n")
      let held = try (3..<6).map { descriptor in
        // SAFETY: the call reads the NUL-terminated path and keeps nothing.
        var status = stat()
        guard unsafe stat("/proc/\(server.pid)/fd/\(descriptor)", &status) == 0 else { throw Missing() }
        return UInt32(status.st_ino)
      }
      #expect(held == inodes)
      server.end()
      try laboratory.wait("the end of the server") { try KernelTable().rows.isEmpty }
    }
  }

  @Test func serverRunsAsItsUser() async throws {
    try await Laboratory.withNew { laboratory in
      let socket = try laboratory.socket(.tcp, v6: false)
      try socket.give(toUser: 65534)
      try socket.bind(to: Self.at)
      let server = try LabServer("some-server", uid: 65534, holding: [socket])
      let users = try Self.text("/proc/\(server.pid)/status").split(separator: "\n").filter { $0.hasPrefix("Uid:") }
      #expect(users == ["Uid:\t65534\t65534\t65534\t65534"])
      // Its user may read its memory, as with any program.
      var status = stat()
      // SAFETY: the path is terminated, and the call fills the structure.
      let result = unsafe stat("/proc/\(server.pid)/environ", &status)
      #expect(result == 0 && status.st_uid == 65534)
    }
  }

  @Test func serverEndsWithTheThreadThatMadeIt() async throws {
    nonisolated(unsafe) var forgotten: LabServer?
    let pid = try await Laboratory.withNew { laboratory in
      let server = try LabServer("some-server", holding: [try laboratory.tcpListener(on: Self.at)])
      // As if its maker had been killed: nothing ends the server explicitly. SAFETY: this task reads it only after the
      // closure has returned.
      unsafe forgotten = server
      return server.pid
    }
    let complaints = try settled {
      let stat = (try? Self.text("/proc/\(pid)/stat")) ?? ""
      return stat.isEmpty || stat.contains(") Z ") ? [] : [stat]
    }
    #expect(complaints == [])
    // SAFETY: as above.
    unsafe withExtendedLifetime(forgotten) {}
  }

  @Test func otherNamespaceIsLeftAgain() async throws {
    try await Laboratory.withNew { laboratory in
      let home = try Self.namespace()
      let away = try laboratory.namespace.inAnother {
        _ = try laboratory.tcpListener(on: Self.at)
        return try Self.namespace()
      }
      #expect(away != home)
      #expect(try Self.namespace() == home)
      #expect(try KernelTable().rows.isEmpty)
    }
  }

  private static func namespace() throws -> ino_t {
    var status = stat()
    // SAFETY: the path is terminated, and the call fills the structure.
    guard unsafe stat("/proc/thread-self/ns/net", &status) == 0 else { throw Missing() }
    return status.st_ino
  }

  private struct Missing: Error {}
}
