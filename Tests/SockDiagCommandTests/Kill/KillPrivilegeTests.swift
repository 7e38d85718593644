import Glibc
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// `sockdiag kill` by a user who may not see or signal every process.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct KillPrivilegeTests {
  @Test func hiddenHolderIsReported() async throws {
    let tool = try Tool.path
    let (result, signal) = try await Laboratory.withNew { laboratory in
      let subject = try #require(try Subject.holders(laboratory, [Subject.Script.plain]).first)
      return (try laboratory.namespace.run(Tool.asNobody + [tool, "kill", "8080", "--yes"]), subject.endingSignal)
    }
    #expect(signal == nil && result.status == Status.noPermission.rawValue)
    #expect(
      result.errorText.hasSuffix(
        "sockdiag: the process that holds tcp 127.0.0.1:8080 is hidden from this user; run it as root\n"))
  }

  /// One of two sockets is held by a process that this user may end.
  @Test func hiddenHolderOfAnotherSocketIsReportedAfterwards() async throws {
    let tool = try Tool.path
    let (result, own, other) = try await Laboratory.withNew { laboratory in
      let other = try Subject.holders(
        laboratory, [Subject.Script.plain], on: LabEndpoint(.v4(127, 0, 0, 2), 8080))
      let own = try Subject.holders(laboratory, [Subject.Script.plain], by: Tool.asNobody)
      let result = try laboratory.namespace.run(Tool.asNobody + [tool, "kill", "8080", "--yes", "--settle", "0"])
      return (result, own.map(\.endingSignal), other.map(\.endingSignal))
    }
    #expect(own == [SIGTERM] && other == [nil])
    #expect(result.status == Status.noPermission.rawValue && result.outputText.hasSuffix(": ended by SIGTERM\n"))
    let lines = result.errorText.split(separator: "\n")
    #expect(
      lines.first == "sockdiag: the process that holds tcp 127.0.0.2:8080 is hidden from this user; run it as root")
    #expect(lines.count == 2 && lines[1].hasPrefix("sockdiag: port 8080 is in use: listener 127.0.0.2:8080 "))
  }

  @Test func holderThatMayNotBeSignalledIsReported() async throws {
    let tool = try Tool.path
    let (result, signal, pid) = try await Laboratory.withNew { laboratory in
      let subject = try #require(
        try Subject.holders(laboratory, [Subject.Script.plain], by: Tool.asNobody).first)
      let result = try laboratory.namespace.run(
        ["setpriv", "--bounding-set", "-kill", tool, "kill", "8080", "--yes"])
      return (result, subject.endingSignal, subject.pid)
    }
    #expect(signal == nil && result.status == Status.noPermission.rawValue)
    #expect(result.outputText == "sh (pid \(pid), nobody): not signalled: this user may not do that\n")
    #expect(
      result.errorText == """
        sockdiag: 1 process may not be signalled by this user; root needs the capabilities CAP_KILL and CAP_SYS_PTRACE
        sockdiag: port 8080 is in use: listener 127.0.0.1:8080 sh (pid \(pid), fd 9), user nobody

        """)
  }

  @Test func processesThatMayNotBeSignalledAreCountedBesideThoseThatEnd() async throws {
    let tool = try Tool.path
    let (result, signals, pids) = try await Laboratory.withNew { laboratory in
      let socket = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8080))
      let inode = socket.inode
      let subjects = try [[], Tool.asNobody, Tool.asNobody].map {
        try Subject(Subject.Script.plain, holding: [socket], keepsThem: true, by: $0)
      }
      socket.close()
      try Subject.waitUntilAloneWith([inode], subjects)
      let result = try laboratory.namespace.run(
        ["setpriv", "--bounding-set", "-kill", tool, "kill", "8080", "--yes", "--json", "--settle", "0"])
      return (result, subjects.map(\.endingSignal), subjects.map(\.pid))
    }
    #expect(signals == [SIGTERM, nil, nil])
    #expect(result.status == Status.noPermission.rawValue)
    #expect(result.errorText.hasPrefix("sockdiag: 2 processes may not be signalled by this user; root needs "))
    let processes = try #require(try JSONValue(parsing: result.output)["processes"]?.elements)
    #expect(processes.map { $0["pid"] } == pids.sorted().map { .number(Double($0)) })
    for process in processes {
      let isFirst = process["pid"] == .number(Double(pids[0]))
      #expect(process["outcome"] == .string(isFirst ? "ended" : "denied"))
      #expect(process["errno"] == (isFirst ? nil : .number(1)))
    }
  }
}
