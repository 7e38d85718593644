import BindTrace
import Foundation
import Glibc
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// A command ends as it would without a tracer, and its descendants go on.
@Suite(
  .enabled(if: LabNamespace.isPermitted, "needs the right to make namespaces"), .timeLimit(.minutes(20)))
struct EndingTests {
  @Test(arguments: [0, 1, 77, 255]) func exitCodePassesThrough(_ code: Int32) async throws {
    #expect(try await Subject.watch("exit", String(code)).report == BindTraceReport(.exited(code)))
  }

  @Test(arguments: [SIGTERM, SIGKILL, SIGINT, SIGHUP, SIGUSR1, SIGTRAP, SIGABRT, 40])
  func deathBySignalIsReported(_ number: Int32) async throws {
    let ending = try await Subject.watch("die", String(number)).report.ending
    #expect([.signalled(number, dumpedCore: false), .signalled(number, dumpedCore: true)].contains(ending))
  }

  @Test func stoppedProcessesStayStoppedUntilTheyAreContinued() async throws {
    let watched = try await Subject.watch("stop")
    #expect(watched.report == BindTraceReport(.exited(0)))
    #expect(watched.lines == ["bind 127.0.0.1:8080 0"])
  }

  @Test func descendantThatOutlivesTheCommandIsTracedOnlyOnRequest() async throws {
    #expect(try await Subject.watch("released-child", "8011").lines == [])
    #expect(
      try await Subject.watch([Subject.path, "late-child", "8011"], followsDescendants: true).lines
        == ["bind 127.0.0.1:8011 0"])
  }

  @Test func daemonIsReleased() async throws {
    let folder = try TemporaryFolder()
    let file = folder.file("daemon")
    let watched = try await Subject.watch("daemon", file)
    #expect(watched.report == BindTraceReport(.exited(0)))
    try expectToRun(file)
  }

  /// Descendants that fork, clone, end and are signalled all the time; each counts the signals that it gets.
  @Test func busyDescendantsAreReleasedUnharmed() async throws {
    let folder = try TemporaryFolder()
    #expect(try await Subject.watch("storm", folder.file("storm")).report == BindTraceReport(.exited(0)))
    #expect(
      eventually { (0..<4).allSatisfy { FileManager.default.contents(atPath: folder.file("storm.\($0)"))?.count == 4 } }
    )
  }

  @Test func busyDescendantsAreFollowedToTheirEnds() async throws {
    let folder = try TemporaryFolder()
    let watched = try await Subject.watch(
      [Subject.path, "storm", folder.file("storm")], followsDescendants: true)
    #expect(watched.report == BindTraceReport(.exited(0)))
    // Without waiting: they have ended.
    for number in 0..<4 {
      #expect(FileManager.default.contents(atPath: folder.file("storm.\(number)")) == Data("well".utf8))
    }
  }

  @Test func detachedCommandRunsToItsEnd() async throws {
    let (report, count) = try await LabNamespace.withNew { _ in
      var count = 0
      let report = try Subject.trace([Subject.path, "threads", "20"]) { _ in
        count += 1
        return .detach
      }
      return (report, count)
    }
    #expect(report == BindTraceReport(.exited(0)))
    #expect(count == 1)
  }

  @Test func closureErrorReleasesTheCommand() async throws {
    struct Refusal: Error {}
    let folder = try TemporaryFolder()
    let file = folder.file("process")
    try await LabNamespace.withNew { _ in
      _ = #expect(throws: Refusal.self) {
        let script = "\(Subject.path) bind 8001; exec \(Subject.path) linger \(file)"
        _ = try Subject.trace(["sh", "-c", script]) { _ in throw Refusal() }
      }
    }
    try expectToRun(file)
  }

  /// A process that writes its id and then dots to a file.
  private func expectToRun(_ file: String) throws {
    #expect(eventually { FileManager.default.contents(atPath: file) != nil })
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let process = try #require(text.split(separator: " ").first.flatMap { Int32($0) })
    #expect(eventually { ProcessStatus(process)?.tracer == 0 })
    let length = try String(contentsOfFile: file, encoding: .utf8).utf8.count
    #expect(try eventually { try String(contentsOfFile: file, encoding: .utf8).utf8.count > length + 10 })
    #expect(ProcessStatus(process).map { "RSD".contains($0.state) } == true)
    // Without its file the process ends.
    try FileManager.default.removeItem(atPath: file)
    #expect(eventually { ProcessStatus(process).map { $0.state == "Z" } ?? true })
  }
}
