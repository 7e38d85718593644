import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// `sockdiag wait` as a script runs it, in a namespace of its own.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct WaitCommandTests {
  private func run(
    listeningOn endpoints: [LabEndpoint] = [], startedBy starter: [String] = [], terminal: Bool = false,
    _ words: String...
  ) async throws -> CommandResult {
    try await run(listeningOn: endpoints, startedBy: starter, terminal: terminal, words)
  }

  private func run(
    listeningOn endpoints: [LabEndpoint] = [], startedBy starter: [String] = [], terminal: Bool = false,
    _ words: [String]
  ) async throws -> CommandResult {
    let command = starter + [try Tool.path, "wait"] + words
    return try await Laboratory.withNew { laboratory in
      let listeners = try endpoints.map { try laboratory.tcpListener(on: $0) }
      return try withExtendedLifetime(listeners) {
        terminal
          ? try laboratory.namespace.run(["env", "TERM=xterm"] + command, typing: "")
          : try laboratory.namespace.run(command)
      }
    }
  }

  private static let loopback = LabEndpoint(.loopbackV4, 8080)

  @Test func reachedGoalEndsTheWaitSilently() async throws {
    for words in [["8080", "--free"], ["127.0.0.1:8081", "--free", "--as", "go"]] {
      let result = try await run(words)
      #expect(result.status == 0 && result.errorText == "" && result.output.isEmpty)
    }
    let result = try await run(listeningOn: [Self.loopback], "127.0.0.1:8080", "--listening")
    #expect(result.status == 0 && result.errorText == "" && result.output.isEmpty)
  }

  @Test func timeoutReportsOneSentence() async throws {
    let busy = try await run(listeningOn: [Self.loopback], "8080", "--free", "--timeout", "100ms", "--as", "go")
    #expect(busy.status == 1 && busy.output.isEmpty)
    #expect(busy.errorText.hasPrefix("sockdiag: TCP port 8080 is still in use after 100ms: listener 127.0.0.1:8080 "))
    #expect(busy.errorText.hasSuffix("; 'sockdiag why 8080 --as go' says what helps\n"))
    #expect(busy.errorText.split(separator: "\n").count == 1)

    let once = try await run(listeningOn: [Self.loopback], "8080", "--free", "--timeout", "0")
    #expect(once.status == 1 && once.errorText.hasPrefix("sockdiag: TCP port 8080 is in use: listener "))

    let nobody = try await run(listeningOn: [Self.loopback], "[::1]:8080", "--listening", "--timeout", "0")
    #expect(nobody.status == 1)
    #expect(nobody.errorText == "sockdiag: nothing listens on TCP port [::1]:8080; only 127.0.0.1:8080 is there\n")

    let quiet = try await run(listeningOn: [Self.loopback], "8080", "--free", "--timeout", "0", "-q")
    #expect(quiet.status == 1 && quiet.errorText == "")
  }

  /// The user may want to wait longer, or to destroy the record.
  @Test func timeoutNamesTheRemainingTimer() async throws {
    let tool = try Tool.path
    let result = try await Laboratory.withNew { laboratory in
      try laboratory.leaveTimeWait(on: Self.loopback)
      return try laboratory.namespace.run([tool, "wait", "8080", "--free", "--timeout", "200ms"])
    }
    #expect(result.status == 1)
    #expect(result.errorText.contains(": time-wait 127.0.0.1:8080 → 127.0.0.1:"))
    // The rest of the minute when the command looks.
    #expect(result.errorText.contains(#/, which goes in (60|[1-5][0-9]) s; /#))
  }

  /// With SO_REUSEADDR the answer depends on the socket that the record came from, which is gone.
  @Test func timeoutNamesTheUnknownFacts() async throws {
    let tool = try Tool.path
    let (plain, probed) = try await Laboratory.withNew { laboratory in
      try laboratory.leaveTimeWait(on: Self.loopback)
      let words = [tool, "wait", "127.0.0.1:8080", "--free", "--reuseaddr", "--timeout", "200ms"]
      return (try laboratory.namespace.run(words), try laboratory.namespace.run(words + ["--probe"]))
    }
    #expect(plain.status == 1)
    #expect(
      plain.errorText.split(separator: "\n").last
        == """
        sockdiag: TCP port 127.0.0.1:8080 is perhaps still in use after 200ms: that depends on whether the other side has \
        SO_REUSEADDR; with --probe a bind() decides
        """)
    // The record does not have the option.
    #expect(probed.status == 1 && probed.errorText.contains("is still in use after 200ms: "), "\(probed.errorText)")
  }

  @Test func addressOfAnotherHostIsNamed() async throws {
    for listeners in [[LabEndpoint(.anyV4, 8080)], []] {
      let result = try await run(listeningOn: listeners, "192.0.2.9:8080", "--listening", "--timeout", "0")
      #expect(result.status == 1)
      #expect(
        result.errorText
          == "sockdiag: nothing listens on TCP port 192.0.2.9:8080; 192.0.2.9 is no address of this host\n")
    }
  }

  @Test func listenerOfAnotherInterfaceIsNamed() async throws {
    let tool = try Tool.path
    let result = try await Laboratory.withNew { laboratory in
      _ = try laboratory.wire()
      let options: [SocketOption] = [.bindToDevice(Wire.deviceName)]
      let listener = try laboratory.tcpListener(on: LabEndpoint(.anyV4, 8080), options: options)
      return try withExtendedLifetime(listener) {
        try ["127.0.0.1:8080", "192.0.2.1:8080", "8080"].map {
          try laboratory.namespace.run([tool, "wait", $0, "--listening", "--timeout", "0"])
        }
      }
    }
    #expect(result.map(\.status) == [1, 0, 0])
    #expect(
      result.first?.errorText
        == "sockdiag: nothing listens on TCP port 127.0.0.1:8080; only 0.0.0.0%wire0:8080 is there\n")
  }

  @Test func suggestedCommandKeepsTheProtocol() async throws {
    let tool = try Tool.path
    let result = try await Laboratory.withNew { laboratory in
      let socket = try laboratory.udpSocket(bound: LabEndpoint(.loopbackV4, 8080))
      return try withExtendedLifetime(socket) {
        try laboratory.namespace.run([tool, "wait", "8080", "-u", "--free", "--timeout", "0"])
      }
    }
    #expect(result.errorText.contains("'sockdiag why 8080 --udp' says"), "\(result.errorText)")
  }

  @Test func wrongUsageIsRefusedWithASuggestion() async throws {
    let refusals: [([String], String)] = [
      (["8080"], "give --free or --listening"), (["8080", "--free", "--listening"], "give one of them"),
      (["0", "--free"], "port 0"), (["1-2000", "--free"], "2000 ports are too many to wait for"),
      (["80-70", "--free"], "write 70-80"),
      (["8080", "--free", "--timeout", "soon"], "--timeout: 'soon' is not a time"),
      (["8080", "--listening", "--probe"], "--probe"),
      (["8080", "--listening", "--as", "go"], "--as describes a bind()"),
    ]
    for (words, suggestion) in refusals {
      let result = try Tool.run(["wait"] + words)
      #expect(result.status == Status.usage.rawValue && result.errors.contains(suggestion), "\(words)")
    }
  }

  @Test func permanentErrorsEndTheWaitAtOnce() async throws {
    let foreign = try await run("10.9.9.9:8080", "--free")
    #expect(foreign.status == Status.otherError.rawValue && foreign.errorText.contains("fails with EADDRNOTAVAIL"))
    let privileged = try await run("80", "--free", "--uid", "12345")
    #expect(privileged.status == Status.otherError.rawValue && privileged.errorText.contains("fails with EACCES"))
    #expect(try await run("10.9.9.9:8080", "--free", "--freebind").status == 0)
  }

  @Test func allPortsHaveToReachTheGoal() async throws {
    let second = LabEndpoint(.loopbackV4, 9090)
    let goal = ["--listening", "--timeout", "0"]
    for words in [["8080", "9090"], ["8080,9090"], ["127.0.0.1:8080,9090"]] {
      #expect(try await run(listeningOn: [Self.loopback, second], goal + words).status == 0, "\(words)")
      let missing = try await run(listeningOn: [Self.loopback], goal + words)
      #expect(missing.status == 1 && missing.errorText.hasPrefix("sockdiag: nothing listens on TCP port "))
      #expect(missing.errorText.contains("9090") && !missing.errorText.contains("8080"), "\(missing.errorText)")
    }
    let none = try await run(goal + ["8080-8082"])
    #expect(none.errorText == "sockdiag: nothing listens on TCP ports 8080-8082\n")
  }

  @Test func allPortsHaveToBeFree() async throws {
    let free = ["--free", "--timeout", "0"]
    let one = try await run(listeningOn: [Self.loopback], ["8079-8081"] + free)
    #expect(one.status == 1)
    #expect(one.errorText.hasPrefix("sockdiag: TCP port 8080 is in use: listener 127.0.0.1:8080 "), "\(one.errorText)")
    #expect(one.errorText.hasSuffix("; 'sockdiag why 8080' says what helps\n"))
    let two = try await run(listeningOn: [Self.loopback, LabEndpoint(.loopbackV4, 8081)], ["8080-8081"] + free)
    #expect(
      two.status == 1 && two.errorText.hasPrefix("sockdiag: TCP ports 8080 and 8081 are in use: "), "\(two.errorText)")
    #expect(try await run(["8080", "53/udp", "9000-9010"] + free).status == 0)
  }

  @Test func newListenerEndsTheWait() async throws {
    let tool = try Tool.path
    let program = "import socket, time; s = socket.create_server(('127.0.0.1', 9090)); time.sleep(60)"
    let result = try await Laboratory.withNew { laboratory in
      try laboratory.namespace.run([
        "/bin/bash", "-c",
        #"(sleep 0.3; exec python3 -c "$1") & "$0" wait 9090 --listening; status=$?; kill $!; exit $status"#,
        tool, program,
      ])
    }
    #expect(result.status == 0 && result.errorText == "")
  }

  @Test(arguments: [("INT", 130), ("TERM", 143)]) func signalEndsTheWaitWithItsStatus(
    _ signal: String, _ status: Int32
  ) async throws {
    let tool = try Tool.path
    let result = try await Laboratory.withNew { laboratory in
      try laboratory.namespace.run([
        "/bin/bash", "-c",
        // The signal is sent once the command handles it: the bit is that of SIGTERM.
        """
        "$0" wait 8080 --listening & pid=$!
        taken() { (( 0x$(awk '/SigCgt/ { print $2 }' /proc/$pid/status) & 1 << 14 )); }
        until taken; do sleep 0.02; done
        kill -\(signal) $pid; wait $pid
        """,
        tool,
      ])
    }
    #expect(result.status == status && result.output.isEmpty && result.errorText == "")
  }

  @Test func terminalShowsALineAndRemovesIt() async throws {
    let result = try await run(
      listeningOn: [Self.loopback], terminal: true, "8080", "--free", "--timeout", "8s")
    #expect(result.status == 1 && result.output.isEmpty)
    let shown = result.errorText
    #expect(shown.hasPrefix("\rwaiting for TCP port 8080 to be free: "))
    #expect(shown.contains(" s left; listener 127.0.0.1:8080 "))
    #expect(shown.contains("\r\u{1B}[Ksockdiag: TCP port 8080 is still in use after 8s"))

    let free = try await run(terminal: true, "8080", "--free")
    #expect(free.errorText == "sockdiag: TCP port 8080 is free\n")
    let listening = try await run(listeningOn: [Self.loopback], terminal: true, "8080", "--listening")
    #expect(listening.errorText.hasSuffix(" listens on 127.0.0.1:8080\n"))
    let quiet = try await run(
      listeningOn: [Self.loopback], terminal: true, "8080", "--free", "--timeout", "100ms", "--quiet")
    #expect(quiet.status == 1 && quiet.errorText == "")
  }

  /// Every user receives the events.
  @Test func waitingNeedsNoPrivilege() async throws {
    let result = try await run(
      listeningOn: [Self.loopback], startedBy: Tool.asNobody, "8080", "--free", "--timeout", "300ms")
    #expect(result.status == 1)
    #expect(result.errorText.contains("its process is hidden from this user"))
  }

  @Test func hiddenListenerHasNoName() async throws {
    let result = try await run(
      listeningOn: [Self.loopback], startedBy: Tool.asNobody, terminal: true, "8080", "--listening")
    #expect(result.status == 0)
    #expect(
      result.errorText.hasSuffix("sockdiag: a process of another user listens on 127.0.0.1:8080\n"),
      "\(result.errorText)")
  }

  /// The options of a bind() need --free, and are repeated in the suggested command.
  @Test func bindOptionsNeedFreeAndAreKeptInTheSuggestedCommand() async throws {
    let options = [
      ["--as", "node"], ["--reuseaddr"], ["--reuseport"], ["--reuseport", "--reuseport-program"], ["--freebind"],
      ["--v6only"], ["--uid", "0"], ["--device", "lo"],
    ]
    let tool = try Tool.path
    for option in options {
      let refused = try Tool.run(["wait", "8080", "--listening", "--timeout", "0"] + option)
      #expect(refused.status == Status.usage.rawValue && refused.errors.contains(option[0]), "\(refused.errors)")
    }
    let words = options.filter { $0 != ["--reuseport"] && $0 != ["--v6only"] }.flatMap { $0 }
    let result = try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8080))
      return try withExtendedLifetime(listener) {
        try laboratory.namespace.run([tool, "wait", "127.0.0.1:8080", "--free", "--timeout", "0"] + words)
      }
    }
    let text = words.joined(separator: " ")
    #expect(result.errorText.contains("'sockdiag why 127.0.0.1:8080 \(text)' says"), "\(result.errorText)")
  }

  /// Two sockets that are bound to different interfaces do not conflict.
  @Test func interfaceDecidesWhetherThePortIsFree() async throws {
    let tool = try Tool.path
    let statuses = try await Laboratory.withNew { laboratory in
      _ = try laboratory.wire()
      let options: [SocketOption] = [.bindToDevice("lo")]
      let listener = try laboratory.tcpListener(on: LabEndpoint(.anyV4, 8080), options: options)
      return try withExtendedLifetime(listener) {
        try [
          ["8080"], ["8080", "--device", "lo"], ["8080", "--device", Wire.deviceName], ["0.0.0.0%lo:8080"],
          ["0.0.0.0%\(Wire.deviceName):8080"],
        ].map {
          try laboratory.namespace.run([tool, "wait", "--free", "--timeout", "0", "-q"] + $0).status
        }
      }
    }
    #expect(statuses == [1, 1, 0, 1, 0])
  }

  /// SO_REUSEPORT shares a port among the sockets of one user.
  @Test func userDecidesWhetherThePortIsFree() async throws {
    let tool = try Tool.path
    let statuses = try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: Self.loopback, options: [.reusePort])
      return try withExtendedLifetime(listener) {
        try [["--reuseport"], ["--reuseport", "--uid", "0"], ["--reuseport", "--uid", "12345"], ["--uid", "0"]].map {
          try laboratory.namespace.run([tool, "wait", "127.0.0.1:8080", "--free", "--timeout", "0", "-q"] + $0).status
        }
      }
    }
    #expect(statuses == [0, 0, 1, 1])
  }

  @Test func lineIsCutToANarrowTerminal() async throws {
    let tool = try Tool.path
    let result = try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: Self.loopback)
      return try withExtendedLifetime(listener) {
        let script = "stty cols 30 && exec \"$0\" wait 8080 --free --timeout 8s"
        return try laboratory.namespace.run(["env", "TERM=xterm", "sh", "-c", script, tool], typing: "")
      }
    }
    #expect(result.status == 1)
    #expect(result.errorText.hasPrefix("\rwaiting for TCP port 8080 to \u{1B}[K"), "\(result.errorText)")
  }
}
