import Glibc
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// `sockdiag kill` for a holder that a unit runs, or that has started this command.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct KillSupervisorTests {
  @Test(.enabled(if: TemporaryCgroup.isPermitted, "needs the right to make cgroups"))
  func unitIsNamedWithTheCommandThatStopsIt() async throws {
    let tool = try Tool.path
    let answers = try await Laboratory.withNew { laboratory in
      let cgroup = try laboratory.cgroup(named: "sockdiag-test", suffix: ".service")
      let subject = try #require(try Subject.holders(laboratory, [Subject.Script.plain]).first)
      defer { subject.end() }
      try cgroup.add(subject.pid)
      let namespace = laboratory.namespace
      let refused = try namespace.run([tool, "kill", "8080", "--yes"])
      let shown = try namespace.run([tool, "kill", "8080"], typing: "n\n")
      let wasRunning = subject.isRunning
      let ended = try namespace.run([tool, "kill", "8080", "--yes", "--supervised"])
      return (cgroup.name, refused, shown, wasRunning, ended, subject.endingSignal, subject.pid)
    }
    let (name, refused, shown, wasRunning, ended, signal, pid) = answers
    #expect(refused.status == Status.system.rawValue)
    #expect(
      refused.errorText == """
        sockdiag: sh (pid \(pid), root) is run by \(name), which may start it again; run 'systemctl stop \(name)', or give \
        --supervised to end it anyway

        """)
    let question = shown.errorText.replacing("\n", with: " ")
    #expect(
      question.contains(" It is run by \(name), which may start it again; 'systemctl stop \(name)' keeps it down. "),
      "\(shown.errorText)")
    #expect(shown.errorText.contains("\nGo on? [y/N] "))
    #expect(wasRunning && signal == SIGTERM && ended.status == 0)
  }

  @Test func commandSparesItselfAndWarnsOfAncestors() async throws {
    let tool = try Tool.path
    let (text, isRunning) = try await Laboratory.withNew { laboratory in
      let socket = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8080))
      let inode = socket.inode
      let subject = try Subject(
        "echo ready; read line; \"$0\" kill 8080 --dry-run; echo end; read line", holding: [socket], [tool])
      try Subject.waitUntilAloneWith([inode], [subject])
      subject.tell()
      var text = ""
      while case let line = subject.hear(), line != "end" { text += line + "\n" }
      return (text, subject.isRunning)
    }
    #expect(isRunning)
    let prose = text.replacing("\n", with: " ")
    #expect(prose.contains(" started this command, so this terminal or session may end as well. "), "\(text)")
    #expect(prose.contains(" This command inherited the socket too; it is not ended. "), "\(text)")
  }

  /// The warning comes before the signals: afterwards the command may have ended too.
  @Test func withYesItWarnsThatItsOwnSessionMayEnd() async throws {
    let tool = try Tool.path
    let (text, signal, pid) = try await Laboratory.withNew { laboratory in
      let socket = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8080))
      let inode = socket.inode
      let subject = try Subject(
        "echo ready; read line; \"$0\" kill 8080 --yes 9>&-; read line", holding: [socket], [tool])
      try Subject.waitUntilAloneWith([inode], [subject])
      subject.tell()
      return (subject.hearAll(), subject.endingSignal, subject.pid)
    }
    #expect(signal == SIGTERM)
    #expect(text.contains("sh (pid \(pid), root) started this command, so this terminal or session may end as well\n"))
  }

  /// The unit that runs this command too is no reason to spare the server.
  @Test(.enabled(if: TemporaryCgroup.isPermitted, "needs the right to make cgroups"))
  func unitThatRunsThisCommandIsNoSupervisor() async throws {
    let tool = try Tool.path
    let inUnit = "echo $$ >\"$0/cgroup.procs\"; exec \"$@\""
    try await Laboratory.withNew { laboratory in
      let unit = try laboratory.cgroup(named: "sockdiag-test", suffix: ".service")
      let subject = try #require(try Subject.holders(laboratory, [Subject.Script.plain]).first)
      try unit.add(subject.pid)
      let kill = [tool, "kill", "8080", "--yes"]
      let outside = try laboratory.namespace.run(kill)
      #expect(outside.status == Status.system.rawValue && outside.errorText.contains("systemctl stop \(unit.name)"))
      #expect(subject.isRunning)
      let inside = try laboratory.namespace.run(["sh", "-c", inUnit, unit.path] + kill)
      #expect(inside.status == 0 && subject.endingSignal == SIGTERM, "\(inside.errorText)")
    }
  }
}
