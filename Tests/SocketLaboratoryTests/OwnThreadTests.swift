import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// Work on a separate thread belongs to the test that waits for it.
@Suite(.enabled(if: NetworkNamespace.isPermitted, "needs the right to make network namespaces"))
struct OwnThreadTests {
  @TaskLocal private static var word = "nobody's"

  @Test func closuresSeeTheTaskLocalValuesOfTheCaller() async throws {
    let words = try await Self.$word.withValue("the caller's") {
      try await NetworkNamespace.withNew { _ in
        let inner = try NetworkNamespace.withNew { _ in Self.word }
        return [Self.word, inner, try LoneThread.run(.unprivileged) { Self.word }]
      }
    }
    #expect(words == ["the caller's", "the caller's", "the caller's"])
  }

  @Test func currentTestIsKnownOnTheThread() async throws {
    let names = try await NetworkNamespace.withNew { _ in
      [Test.current?.name, try LoneThread.run(.unprivileged) { Test.current?.name }]
    }
    #expect(names == ["currentTestIsKnownOnTheThread()", "currentTestIsKnownOnTheThread()"])
  }

  /// An issue of an unknown test would not count as the known issue, and would fail the run.
  @Test func failedExpectationsBelongToTheTest() async {
    await withKnownIssue {
      try await NetworkNamespace.withNew { _ in #expect(Bool(false)) }
    }
    withKnownIssue {
      func blocking() throws { try NetworkNamespace.withNew { _ in #expect(Bool(false)) } }
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
