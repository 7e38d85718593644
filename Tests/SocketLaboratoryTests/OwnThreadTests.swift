import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// Work on a separate thread belongs to the test that waits for it.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct OwnThreadTests {
  @TaskLocal private static var word = "nobody's"

  @Test func closuresSeeTheTaskLocalValuesOfTheCaller() async throws {
    let words = try await Self.$word.withValue("the caller's") {
      try await LabNamespace.withNew { _ in
        let inner = try LabNamespace.withNew { _ in Self.word }
        return [Self.word, inner, try LoneThread.run(.unprivileged) { Self.word }]
      }
    }
    #expect(words == ["the caller's", "the caller's", "the caller's"])
  }

  @Test func currentTestIsKnownOnTheThread() async throws {
    let names = try await LabNamespace.withNew { _ in
      [Test.current?.name, try LoneThread.run(.unprivileged) { Test.current?.name }]
    }
    #expect(names == ["currentTestIsKnownOnTheThread()", "currentTestIsKnownOnTheThread()"])
  }

  /// An issue of an unknown test would not count as the known issue, and would fail the run.
  @Test func failedExpectationsBelongToTheTest() async {
    await withKnownIssue {
      try await LabNamespace.withNew { _ in #expect(Bool(false)) }
    }
    withKnownIssue {
      func blocking() throws { try LabNamespace.withNew { _ in #expect(Bool(false)) } }
      try blocking()
    }
    withKnownIssue {
      try LoneThread.run(.unprivileged) { #expect(Bool(false)) }
    }
  }

  @Test func errorsAreRethrownToTheCaller() async {
    struct Failure: Error {}
    #expect(throws: Failure.self) { try LoneThread.run(.unprivileged) { throw Failure() } }
  }
}
