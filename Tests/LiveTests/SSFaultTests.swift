import Foundation
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// Cases where `ss` differs from its manual and the filter of the command follows the manual.
///
/// The faults are those of iproute2 6.1 and are checked only with that version; later versions may have fixed them.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct SSFaultTests {
  /// The local endpoints that both commands show, sorted, for a filter in a namespace with some listeners and a
  /// connection.
  private struct Answer: Sendable {
    var ours: [String]
    var theirs: [String]
    var isFaultyVersion: Bool

    init(_ filter: String, in namespace: LabNamespace, startedBy starter: [String] = []) throws {
      ours = try CommandUnderTest.list(["-ta", filter], in: namespace, startedBy: starter)
        .map { $0.ssColumns.split(separator: " ")[4...5].joined(separator: " ") }.sorted()
      theirs = try SSRow.list(["-ta", filter], in: namespace, startedBy: starter)
        .map { "\($0.local) \($0.remote)" }.sorted()
      isFaultyVersion = try namespace.hasFaultySS()
    }
  }

  private static func answer(
    _ filter: String, startedBy starter: [String] = []
  ) async throws -> Answer {
    try await Laboratory.withNew { laboratory in
      for address in [127, 5, 6].map({ LabAddress.v4(127, 0, 0, $0) }) + [.loopbackV6] {
        _ = try laboratory.tcpListener(on: LabEndpoint(address, 80))
      }
      _ = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 81), options: [.bindToDevice("lo")])
      _ = try laboratory.connectedPair(to: LabEndpoint(.loopbackV4, 82), from: LabEndpoint(.loopbackV4, 83))
      return try Answer(filter, in: laboratory.namespace, startedBy: starter)
    }
  }

  @Test func andBindsTighterThanOr() async throws {
    let answer = try await Self.answer("sport = :81 or sport = :82 and dst 127.0.0.1")
    #expect(answer.ours == ["127.0.0.1%lo:81 0.0.0.0:*", "127.0.0.1:82 127.0.0.1:83"])
    // `ss` groups from left to right, as if the first two terms were in parentheses.
    if answer.isFaultyVersion { #expect(answer.theirs == ["127.0.0.1:82 127.0.0.1:83"]) }
  }

  @Test func nameMatchesAllItsAddresses() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "sockdiag-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let hosts = folder.appending(path: "hosts")
    try Data("127.0.0.5 lab.test\n127.0.0.6 lab.test\n::1 lab.test\n".utf8).write(to: hosts)
    // A private /etc/hosts for two commands, by a mount in their own mount namespace.
    let starter = ["unshare", "-m", "sh", "-c", #"mount --bind "$0" /etc/hosts && exec "$@""#, hosts.path]

    let answer = try await Self.answer("src lab.test", startedBy: starter)
    #expect(answer.ours == ["127.0.0.5:80 0.0.0.0:*", "127.0.0.6:80 0.0.0.0:*", "[::1]:80 [::]:*"])
    if answer.isFaultyVersion { #expect(answer.theirs == ["127.0.0.5:80 0.0.0.0:*"]) }
    #expect(
      try await Self.answer("dst lab.test or src inet6:lab.test", startedBy: starter).ours == ["[::1]:80 [::]:*"])
  }

  @Test func socketThatDoesNotMatchMatchesTheNegation() async throws {
    let answer = try await Self.answer("not src [::/7] and sport = :80")
    #expect(answer.ours == ["127.0.0.127:80 0.0.0.0:*", "127.0.0.5:80 0.0.0.0:*", "127.0.0.6:80 0.0.0.0:*"])
    #expect(answer.theirs == answer.ours)
    // The socket's bits match the prefix, but it is an address of the other family.
    let peers = try await Self.answer("not dst [::/7] and sport = :81")
    #expect(peers.ours == ["127.0.0.1%lo:81 0.0.0.0:*"])
    if peers.isFaultyVersion { #expect(peers.theirs == []) }
  }

  @Test func socketIsEitherAutoboundOrNot() async throws {
    let (yes, no) = (try await Self.answer("autobound"), try await Self.answer("not autobound"))
    // An accepted connection was never bound by its program.
    #expect(yes.ours == ["127.0.0.1:82 127.0.0.1:83"])
    #expect(no.ours.count == 7)
    // The kernel's flag says that it is autobound, and its port says that it is not.
    if yes.isFaultyVersion {
      #expect(yes.theirs == [])
      #expect(no.theirs == no.ours)
    }
  }

  /// `ss` reads every socket and compares interfaces itself; the rows are right.
  @Test(arguments: [
    "dev lo", "dev lo and sport = :81", "dev lo or sport = :82", "not dev lo", "dev = lo and sport = :80",
  ])
  func interfacesAreComparedByTheKernel(filter: String) async throws {
    let answer = try await Self.answer(filter)
    #expect(answer.ours == answer.theirs)
    let explanation = try await Laboratory.withNew { laboratory in
      var inspector = try SocketInspector()
      return try inspector.explain(SocketQuery(.tcp, matching: filter))
    }
    #expect(explanation.refused.isEmpty)
    #expect(explanation.walks.allSatisfy { $0.remainder == nil && !$0.bytecode.bytes.isEmpty })
  }

  @Test func dumpFileHasBothFamilies() async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "sockdiag-\(UUID()).ss").path
    defer { try? FileManager.default.removeItem(atPath: file) }
    let (ours, theirs, isFaultyVersion) = try await Laboratory.withNew { laboratory in
      _ = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 80))
      _ = try laboratory.tcpListener(on: LabEndpoint(.loopbackV6, 80))
      let namespace = laboratory.namespace
      _ = try namespace.run(["ss", "-ta", "-D", file])
      let decoded = try namespace.run([CommandUnderTest.path, "decode", file, "-ta", "sport = :80", "--ndjson"])
      let rows = try SSRow.list(["-ta", "sport = :80"], in: namespace, startedBy: ["env", "TCPDIAG_FILE=\(file)"])
      return (decoded.outputText.split(separator: "\n").count, rows.map(\.local), try namespace.hasFaultySS())
    }
    // The file has an end-of-dump message for each family, and `ss` stops at the first.
    #expect(ours == 2)
    if isFaultyVersion { #expect(theirs == ["127.0.0.1:80"]) }
  }
}

extension LabNamespace {
  fileprivate func hasFaultySS() throws -> Bool { try run(["ss", "-V"]).outputText.contains("iproute2-6.1.") }
}
