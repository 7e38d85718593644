import Glibc
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// The answers of `why` and `wait` if something other than a socket refuses a bind(), compared with the kernel.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct RestraintTests {
  private static let landlock = Restraint("landlock-bind", "8081")
  private static let cgroup = Restraint("cgroup-bpf-deny", "8080")
  private static let lateCgroup = Restraint("cgroup-bpf-deny-late", "8080")

  /// Runs the command with a restraint, in a new namespace.
  private func run(_ restraint: Restraint, _ words: [String], as starter: [String] = []) async throws -> CommandResult {
    let command = try restraint.command(starter + Tool.unfolded + words)
    return try await LabNamespace.withNew { namespace in try namespace.run(command) }
  }

  /// An address and port that are suitable for every question.
  private struct Question: CustomStringConvertible {
    var restraint: Restraint
    var address: String
    var port: Int
    var isUDP = false
    var description: String { "\(restraint) \(address) \(port)\(isUDP ? " udp" : "")" }
  }

  private static let questions: [Question] = {
    var questions: [Question] = []
    for address in ["127.0.0.1", "::"] {
      for port in [80, 8080, 8081, 0] { questions.append(Question(restraint: landlock, address: address, port: port)) }
      for port in [8080, 8081] { questions.append(Question(restraint: cgroup, address: address, port: port)) }
    }
    questions.append(Question(restraint: landlock, address: "127.0.0.1", port: 8080, isUDP: true))
    questions.append(Question(restraint: landlock, address: "192.0.2.7", port: 8081))
    questions.append(Question(restraint: landlock, address: "192.0.2.7", port: 8080))
    questions.append(Question(restraint: cgroup, address: "::1", port: 8080, isUDP: true))
    // A program that refuses every port also refuses the one that a rehearsal begins with.
    for isUDP in [false, true] {
      questions.append(
        Question(restraint: Restraint("cgroup-bpf-deny", "0"), address: "127.0.0.1", port: 8080, isUDP: isUDP))
      for errno in ["EPERM", "ENOSYS", "EINVAL"] {
        let restraint = Restraint("seccomp-bind", errno)
        questions.append(Question(restraint: restraint, address: "127.0.0.1", port: 8080, isUDP: isUDP))
        questions.append(Question(restraint: restraint, address: "::1", port: 80, isUDP: isUDP))
      }
    }
    return questions
  }()

  @Test func predictedErrorIsThatOfTheKernel() async throws {
    let why = try Tool.unfoldedWhy
    let possible = Dictionary(
      uniqueKeysWithValues: try Set(Self.questions.map(\.restraint.words)).map { words in
        (words, try Self.questions.first { $0.restraint.words == words }?.restraint.isPossible ?? false)
      })
    let questions = Self.questions.filter { possible[$0.restraint.words] == true }
    try #require(questions.contains { $0.restraint.words.first == "seccomp-bind" })
    let complaints = try await LabNamespace.withNew { namespace in
      try questions.compactMap { question -> String? in
        let place = question.address.contains(":") ? "[\(question.address)]" : question.address
        let words = ["\(place):\(question.port)"] + (question.isUDP ? ["--udp"] : [])
        let said = try namespace.run(try question.restraint.command(why + words))
        let errno = try question.restraint.answer(
          question.address, question.port, udp: question.isUDP, in: namespace)
        let isRight =
          errno == 0
          ? said.status == 0 : said.status == 3 && said.outputText.contains("(\(SystemMessage.text(errno)))")
        return isRight ? nil : "\(question): \(errno), and why says \(said.status) \(said.outputText)"
      }
    }
    #expect(complaints == [])
  }

  @Test func refusalNamesActiveRestraintsAndNoCapability() async throws {
    guard try Self.landlock.isPossible else { return }
    for words in [
      ["why", "-v", "127.0.0.1:8080"], ["why", "-v", "127.0.0.1:8080", "--probe"], ["why", "-v", "127.0.0.1:80"],
    ] {
      let result = try await run(Self.landlock, words)
      let text = result.outputText.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(result.status == 3)
      #expect(
        text.contains("a security rule refuses it, not a socket: a rule of") && text.contains("Landlock"), "\(text)")
      #expect(text.contains("journalctl -k --grep landlock"), "\(text)")
      #expect(!text.contains("CAP_NET_BIND_SERVICE") && !text.contains("sysctl"), "\(text)")
    }
    let json = try await run(Self.landlock, ["why", "-v", "127.0.0.1:8080", "--json"])
    #expect(json.outputText.contains(#""refused_by":[{"kind":"landlock","#), "\(json.outputText)")
  }

  @Test func cgroupProgramIsNamed() async throws {
    guard try Self.cgroup.isPossible else { return }
    let refused = try await run(Self.cgroup, ["why", "-v", "127.0.0.1:8080"])
    #expect(refused.status == 3 && refused.outputText.contains("bpftool cgroup tree"), "\(refused.outputText)")
    // It allows this port, and may treat others differently.
    let free = try await run(Self.cgroup, ["why", "-v", "127.0.0.1:8081"])
    let text = free.outputText.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(free.status == 0 && text.contains("a BPF program of the cgroup"), "\(text)")
  }

  @Test func cgroupProgramAfterBindLeavesTheAnswerOpen() async throws {
    guard try Self.lateCgroup.isPossible else { return }
    let said = try await run(Self.lateCgroup, ["why", "-v", "127.0.0.1:8080"])
    #expect(said.status == 2, "\(said.outputText)")
    #expect(said.outputText.contains("sockdiag why 127.0.0.1:8080 --probe"), "\(said.outputText)")
    #expect(try await run(Self.lateCgroup, ["why", "-v", "127.0.0.1:8080", "--probe"]).status == 3)
    #expect(try await run(Self.lateCgroup, ["why", "-v", "127.0.0.1:8081", "--probe"]).status == 0)
    let json = try await run(Self.lateCgroup, ["why", "-v", "127.0.0.1:8080", "--json"])
    #expect(json.outputText.contains(#""depends_on":["late-programs"]"#), "\(json.outputText)")
  }

  /// Listing them needs a privilege. The answer mentions that they were not seen, in text and in JSON.
  @Test func plainUserIsToldThatCgroupProgramsWereNotSeen() async throws {
    let (tool, words) = (try Tool.path, ["why", "-v", "127.0.0.1:8080"])
    for (starter, isTold) in [(Tool.asNobody, true), ([], false)] {
      let (text, json) = try await LabNamespace.withNew { namespace in
        (try namespace.run(starter + [tool] + words), try namespace.run(starter + [tool] + words + ["--json"]))
      }
      #expect(text.status == 0 && json.status == 0)
      #expect(text.outputText.contains("Not seen: BPF programs of the cgroup") == isTold, "\(text.outputText)")
      #expect(json.outputText.contains(#""cgroup-programs""#) == isTold, "\(json.outputText)")
    }
  }

  @Test func waitForARefusedPortEndsAtOnce() async throws {
    guard try Self.landlock.isPossible else { return }
    for probe in [[], ["--probe"]] {
      let result = try await run(Self.landlock, ["wait", "127.0.0.1:8080", "--free", "--timeout", "30s"] + probe)
      #expect(result.status != 0 && result.status != 1, "\(result.errorText)")
      #expect(result.errorText.contains("Landlock") && result.errorText.contains("waiting does not change that"))
    }
    let free = try await run(Self.landlock, ["wait", "127.0.0.1:8081", "--free", "--timeout", "30s"])
    #expect(free.status == 0, "\(free.errorText)")
  }

  @Test func missingCapabilityIsStillReportedForALowPort() async throws {
    let result = try await run(Restraint("no-new-privs"), ["why", "-v", "127.0.0.1:80"], as: Tool.asNobody)
    #expect(result.status == 3)
    #expect(result.outputText.contains("ports below 1024 require CAP_NET_BIND_SERVICE"), "\(result.outputText)")
    #expect(!result.outputText.contains("security rule"), "\(result.outputText)")
  }

  /// This process lacks the right, but the user of the question has it.
  @Test func lowPortIsFreeForAPrivilegedUser() async throws {
    let result = try await run(
      Restraint("no-new-privs"), ["why", "-v", "127.0.0.1:80", "--uid", "0"], as: Tool.asNobody)
    #expect(result.status == 0, "\(result.outputText)")
  }

  /// The rehearsal finds out whether a low port needs a privilege, without the setting.
  @Test func hiddenSettingsAreDetectedOrLeaveTheAnswerOpen() async throws {
    let masked = Restraint("masked-sysctl")
    guard try masked.isPossible else { return }
    let low = try await run(masked, ["why", "-v", "127.0.0.1:80"], as: Tool.asNobody)
    #expect(low.status == 3, "\(low.outputText)")
    let high = try await run(masked, ["why", "-v", "127.0.0.1:8080"], as: Tool.asNobody)
    #expect(high.status == 0, "\(high.outputText)")
    #expect(!high.outputText.contains("; kernel settings"), "\(high.outputText)")
    let choice = try await run(masked, ["why", "-v", "127.0.0.1:0"])
    #expect(choice.status == 2, "\(choice.outputText)")
    #expect(choice.outputText.contains("net.ipv4.ip_local_port_range"), "\(choice.outputText)")
    #expect(try await run(masked, ["why", "-v", "127.0.0.1:0", "--probe"]).status == 0)

    let why = try Tool.unfoldedWhy
    let open = try await LabNamespace.withNew { namespace in
      try namespace.set("net.ipv4.ip_unprivileged_port_start", to: 0)
      return try namespace.run(try masked.command(Tool.asNobody + why + ["127.0.0.1:80"]))
    }
    #expect(open.status == 0, "\(open.outputText)")
  }

  /// A port that needs the right, for a user who has it, rehearsed by one who does not: the source of the refusal is
  /// not known.
  @Test func hiddenSettingLeavesTheAnswerForAnotherUserOpen() async throws {
    let masked = Restraint("masked-sysctl")
    guard try masked.isPossible else { return }
    func answer(_ words: [String]) async throws -> CommandResult {
      let question = try Tool.asNobody + Tool.unfoldedWhy + ["127.0.0.1:8080"] + words
      return try await LabNamespace.withNew { namespace in
        try namespace.set("net.ipv4.ip_unprivileged_port_start", to: 30001)
        return try namespace.run(try masked.command(question))
      }
    }
    let forRoot = try await answer(["--uid", "0"])
    #expect(forRoot.status == 2, "\(forRoot.outputText)")
    let forItself = try await answer([])
    #expect(forItself.status == 3, "\(forItself.outputText)")
  }

  @Test func uncheckableAddressLeavesTheAnswerOpen() async throws {
    let restraint = Restraint("no-family", "2", "EMFILE")
    let result = try await run(restraint, ["why", "-v", "127.0.0.1:8080"])
    #expect(result.status == 2, "\(result.outputText)")
    #expect(result.outputText.contains("whether the address belongs to this host"), "\(result.outputText)")
    let waited = try await run(restraint, ["wait", "127.0.0.1:8080", "--free", "--timeout", "0"])
    #expect(waited.status == 1, "\(waited.errorText)")
  }

  /// A program that may not make a socket never reaches its bind().
  @Test(arguments: ["EPERM", "EACCES"]) func refusedSocketIsReported(_ errno: String) async throws {
    let restraint = Restraint("no-family", "2", errno)
    let result = try await run(restraint, ["why", "-v", "127.0.0.1:8080"])
    #expect(result.status == 3 && result.outputText.contains("fails with \(errno)"), "\(result.outputText)")
    let waited = try await run(restraint, ["wait", "127.0.0.1:8080", "--free", "--timeout", "0"])
    #expect(waited.status == 3, "\(waited.errorText)")
  }

  /// The program restricts itself; this command is not restricted.
  @Test(arguments: [Self.landlock, Restraint("seccomp-bind", "EPERM")])
  func watchedProgramIsToldTheRestraint(_ restraint: Restraint) async throws {
    guard try restraint.isPossible else { return }
    let (why, subject) = (try Tool.unfoldedWhy, try Tool.program("bind-trace-subject"))
    let program = try restraint.command([subject, "bind", "8080"])
    let (said, document) = try await LabNamespace.withNew { namespace in
      (
        try namespace.run(why + ["--run"] + program),
        try namespace.run(why + ["--json", "--run"] + program)
      )
    }
    let text = said.errorText.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(text.contains("A security rule refuses it"), "\(text)")
    #expect(text.contains("To this command the same port is: 127.0.0.1:8080/tcp is free"), "\(text)")
    #expect(!text.contains("CAP_NET_BIND_SERVICE") && !text.contains("Now nothing blocks the port"), "\(text)")
    let isLandlock = restraint.words.first == Self.landlock.words.first
    #expect(text.contains(isLandlock ? "journalctl -k --grep landlock" : "grep Seccomp /proc/"), "\(text)")
    #expect(
      document.errorText.contains(isLandlock ? #""kind":"landlock""# : #""kind":"seccomp""#), "\(document.errorText)")
  }

  /// Landlock's TCP rules apply to MPTCP sockets in some kernels and not in others. The error of the call shows which.
  @Test func mptcpSocketIsRehearsedAsMPTCP() async throws {
    guard try Self.landlock.isPossible else { return }
    let program = [try Tool.program("bind-attempt"), "bind", "mptcp", "127.0.0.1", "8080"]
    let command = try Self.landlock.command(try Tool.unfoldedWhy + ["--run"] + program)
    let result = try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8080))
      return try withExtendedLifetime(listener) { try laboratory.namespace.run(command) }
    }
    let text = result.errorText.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    if result.outputText.contains("bind \(EADDRINUSE)") {
      #expect(text.contains("TCP 127.0.0.1:8080: in use. bind() fails with EADDRINUSE"), "\(text)")
    } else {
      #expect(result.outputText.contains("bind \(EACCES)") && text.contains("A security rule refuses it"), "\(text)")
    }
  }
}
