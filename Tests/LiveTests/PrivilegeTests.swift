import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// Filters of a user to whom the kernel does not show marks.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct PrivilegeTests {
  /// The command's output without CAP_NET_ADMIN, in a namespace with a marked and an unmarked listener.
  private static func answer(_ filter: String) async throws -> CommandResult {
    try await Laboratory.withNew { laboratory in
      _ = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 80), options: [.mark(1)])
      _ = try laboratory.tcpListener(on: LabEndpoint(.loopbackV6, 81))
      // exec() drops capabilities outside the bounding set, even for root.
      return try laboratory.namespace.run(
        [
          "setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin", CommandUnderTest.path, "list", "-ta", "-H",
          filter,
        ])
    }
  }

  @Test(arguments: ["fwmark 1", "not fwmark 1", "fwmark 1 and sport <= :81", "fwmark 1/0xff or uid = 4711"])
  func hiddenMarksLeaveTheAnswerOpen(filter: String) async throws {
    let result = try await Self.answer(filter)
    #expect(result.outputText == "")
    #expect(result.errorText.contains("some tcp sockets are left out"))
    #expect(result.status == 75)
  }

  @Test(arguments: ["fwmark 1 and sport = :9", "fwmark 1/0x10", "dev lo and fwmark 1"])
  func filterThatDoesNotNeedMarksIsDecided(filter: String) async throws {
    let result = try await Self.answer(filter)
    #expect(result.outputText == "" && result.errorText == "")
    #expect(result.status == 0)
  }

  @Test func matchesThatDoNotNeedMarksAreShown() async throws {
    let result = try await Self.answer("fwmark 1 or sport = :81")
    #expect(result.outputText.split(separator: "\n").count == 1 && result.outputText.contains("[::1]:81"))
    #expect(result.status == 75)
  }

  @Test func explanationNamesTheRefusedTerm() async throws {
    let explanation = try await Laboratory.withNew { laboratory in
      try laboratory.namespace.run(
        [
          "setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin", CommandUnderTest.path, "list", "-t",
          "--explain", "fwmark 1 and dev lo",
        ])
    }
    #expect(explanation.outputText.contains("here    fwmark 0x1"))
    #expect(explanation.outputText.contains("this kernel refuses to compare marks"))
  }
}

/// Another namespace, without the permission to enter it.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct NamespacePrivilegeTests {
  @Test func forbiddenNamespaceHasItsOwnError() throws {
    let error = try LoneThread.run(.unprivileged) {
      #expect(throws: SockDiagError.self) { _ = try NetworkNamespace.at(path: "/proc/1/ns/net") }
    }
    #expect(error?.code == .namespaceForbidden)
    #expect(error?.suggestion?.contains("CAP_SYS_ADMIN") == true)
  }
}
