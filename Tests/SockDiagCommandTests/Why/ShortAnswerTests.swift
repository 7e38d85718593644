import ArgumentParser
import BindDiagnosis
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import SocketOwners
import Testing

@testable import SockDiagCommand

/// The short answer of `why`: its first line, its advice, its width and its length.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct ShortAnswerTests {
  /// The diagnoses of a listener on 127.0.0.1:8080, changed by the test.
  private static func answer(
    width: Int = 80, listeners: Int = 1, _ change: @escaping @Sendable (inout DiagnosedSocket, Int) -> Void
  ) async throws -> String {
    try await Laboratory.withNew { laboratory in
      let options: [SocketOption] = listeners > 1 ? [.reusePort] : []
      let sockets = try (0..<listeners).map { _ in
        try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8080), options: options)
      }
      return try withExtendedLifetime(sockets) {
        let why = try Why.parse(["8080"])
        let diagnoses = try why.quietDiagnoses([]).map { diagnosis in
          var diagnosis = diagnosis
          for index in diagnosis.sockets.indices {
            diagnosis.sockets[index].holdersMissing = nil
            change(&diagnosis.sockets[index], index)
          }
          for process in diagnosis.sockets.flatMap(\.processes) {
            diagnosis.origins[process.process.pid] = ProcessOrigin(
              age: .seconds(187_200), workingDirectory: Array("/srv/www".utf8), terminal: "pts/3",
              ancestors: [ProcessOrigin.Ancestor(pid: 15980, command: Array("bash".utf8))])
          }
          return diagnosis
        }
        let terminal = Terminal(showsColour: false, width: width, isTerminal: false)
        return String(decoding: why.text(diagnoses, terminal), as: UTF8.self)
      }
    }
  }

  private static func process(_ name: String, pid: Int32, parent: Int32? = nil, cgroup: String? = nil) -> ProcessDetails
  {
    var details = ProcessDetails(process: HoldingProcess(pid: pid, startTicks: 1), command: Array(name.utf8))
    details.uid = 0
    details.parent = parent
    details.cgroup = cgroup.map { CgroupPath(Array($0.utf8)) }
    return details
  }

  @Test func firstLineHoldsVerdictAndProcess() async throws {
    let text = try await Self.answer { socket, _ in socket.processes = [Self.process("nginx", pid: 80)] }
    #expect(text.hasPrefix("8080/tcp is in use by nginx (pid 80, root), up 2 d 4 h\n"), "\(text)")
    #expect(text.contains("\n    in /srv/www\n"), "\(text)")
    #expect(text.contains("\n    started by bash (15980) on pts/3\n"), "\(text)")
    #expect(text.contains("\nFree it       sockdiag kill 8080\n"), "\(text)")
    #expect(text.contains("\nNo use here   SO_REUSEADDR, "), "\(text)")
    #expect(text.contains("sockdiag why 8080 -v\n"), "\(text)")
  }

  @Test func workersAreCounted() async throws {
    let text = try await Self.answer(listeners: 4) { socket, index in
      socket.processes = [
        index == 0 ? Self.process("nginx", pid: 29226) : Self.process("nginx", pid: 29226 + Int32(index), parent: 29226)
      ]
    }
    let folded = text.replacing("\n  ", with: " ")
    #expect(
      folded.hasPrefix("8080/tcp is in use by nginx (pid 29226, root) and 3 workers, 4 sockets, up 2 d 4 h"), "\(text)")
  }

  @Test func unitIsStoppedThroughSystemd() async throws {
    let text = try await Self.answer { socket, _ in
      socket.processes = [Self.process("nginx", pid: 80, cgroup: "/system.slice/nginx.service")]
    }
    #expect(
      text.contains("\nFree it       systemctl stop nginx.service # if killed, systemd may restart it\n"), "\(text)")
    #expect(text.contains("in systemd unit nginx.service\n"), "\(text)")
    #expect(!text.contains("sockdiag kill"), "\(text)")
  }

  @Test func forwarderIsFreedThroughItsEngine() async throws {
    let text = try await Self.answer { socket, _ in socket.processes = [Self.process("docker-proxy", pid: 80)] }
    #expect(text.hasPrefix("8080/tcp is in use by docker-proxy (pid 80, root), up "), "\(text)")
    #expect(text.contains("\nFree it       docker stop $(docker ps -q --filter publish=8080)\n"), "\(text)")
    #expect(text.contains("# Docker forwards it to a container\n"), "\(text)")
  }

  @Test func hiddenProcessIsSaidInTheFirstLine() async throws {
    let text = try await Self.answer { socket, _ in socket.holdersMissing = .unreadableProcess }
    #expect(text.hasPrefix("8080/tcp is in use by a process that is hidden from you (user root)\n"), "\(text)")
  }

  @Test func linesFitTheTerminal() async throws {
    for width in [40, 60, 80, 132] {
      let text = try await Self.answer(width: width) { socket, _ in
        var details = Self.process("java", pid: 80, cgroup: "/system.slice/a-service-with-a-long-name.service")
        details.arguments = (0..<60).map { Array("-Dproperty\($0)=a\u{1b}value".utf8) }
        socket.processes = [details]
      }
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.allSatisfy { $0.count <= width || !$0.dropFirst(14).contains(" ") }, "\(text)")
      #expect(width < 80 || lines.count <= 11, "\(text)")
      #expect(text.contains("…") && !text.contains("\u{1b}"), "\(text)")
    }
  }

  @Test func verdictIsColoured() async throws {
    let terminal = Terminal(showsColour: true, width: 80, isTerminal: true)
    let lines = try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8080))
      try laboratory.leaveTimeWait(on: LabEndpoint(.loopbackV4, 8082))
      return try withExtendedLifetime(listener) {
        try [["8080"], ["8081"], ["8082", "--reuseaddr"]].map { question in
          let why = try Why.parse(question)
          return String(decoding: why.text(try why.quietDiagnoses([]), terminal), as: UTF8.self)
        }
      }
    }
    #expect(lines[0].hasPrefix("\u{1b}[31m8080/tcp is in use"), "\(lines[0])")
    #expect(lines[1].hasPrefix("\u{1b}[32m8081/tcp is free"), "\(lines[1])")
    #expect(lines[2].hasPrefix("\u{1b}[33m8082/tcp may be in use"), "\(lines[2])")
  }

  @Test func plainUserIsToldHowToSeeMore() async throws {
    let tool = try Tool.path
    let text = try await Laboratory.withNew { laboratory in
      let subject = try Subject(
        Subject.Script.plain, holding: [laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8080))])
      defer { subject.end() }
      return try laboratory.namespace.run(Tool.asNobody + [tool, "why", "8080"]).outputText
    }
    let advice = text.split(separator: "\n").first { !$0.hasPrefix(" ") && !$0.hasPrefix("8080/tcp") }
    #expect(advice == "See more      sudo sockdiag why 8080", "\(text)")
  }

  @Test func answersThatDifferByAddressAreOneLine() async throws {
    let text = try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: LabEndpoint(.loopbackV6, 8080))
      return try withExtendedLifetime(listener) {
        let why = try Why.parse(["8080"])
        return String(decoding: why.text(try why.quietDiagnoses([.owners])), as: UTF8.self)
      }
    }
    let folded = text.replacing("\n  ", with: " ")
    #expect(folded.hasPrefix("8080/tcp is in use on [::] by ") && folded.contains("; free on 0.0.0.0"), "\(text)")
  }

  /// Of all situations, each short answer fits 80 columns and ten lines, and its first line says the verdict.
  @Test(arguments: BindSituation.all) func goldenAnswersAreShort(_ situation: BindSituation) throws {
    let text = String(decoding: try Fixture.read("why/\(situation).txt"), as: UTF8.self)
    let answers = ("\n" + text).split(separator: "\n$ ").map {
      $0.split(separator: "\n", omittingEmptySubsequences: false)
    }
    for answer in answers {
      let question = answer.first ?? ""
      #expect(answer.allSatisfy { $0.count <= 80 }, "\(question)")
      let first = answer.dropFirst().first ?? ""
      #expect(
        ["is free", "is in use", "may be", "cannot be bound", "no port"].contains { first.contains($0) }, "\(first)")
      // The question, ten lines, and the empty text after the last line break.
      if !question.hasSuffix(" -v") { #expect(answer.count <= 12, "\(question)") }
    }
  }
}
