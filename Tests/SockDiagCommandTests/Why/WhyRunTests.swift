import Glibc
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// `sockdiag why --run`: programs of several languages whose bind() or listen() fails.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct WhyRunTests {
  /// Runs a program beside a listener on 0.0.0.0:8080, which this process holds.
  private func run(
    _ command: [String], options: [String] = [], besideListener: Bool = true
  ) async throws -> CommandResult {
    let why = try Tool.unfoldedWhy
    return try await Laboratory.withNew { laboratory in
      if besideListener { _ = try laboratory.tcpListener(on: LabEndpoint(.anyV4, 8080)) }
      return try laboratory.namespace.run(why + options + ["--run"] + command)
    }
  }

  /// The lines of a diagnosis that every server must cause.
  private func expectDiagnosis(
    _ result: CommandResult, call: String, of program: String, options: String,
    _ location: SourceLocation = #_sourceLocation
  ) {
    let lines = result.errorText.split(separator: "\n").map(String.init)
    #expect(
      lines.contains {
        $0.hasPrefix("\(call)() of \(program) (pid ") && $0.contains(") on ")
          && $0.contains(":8080 failed with EADDRINUSE (Address already in use).")
      }, "\(result.errorText)", sourceLocation: location)
    #expect(lines.contains("for user root, \(options)"), "\(result.errorText)", sourceLocation: location)
    let me = "(pid \(getpid()), fd "
    #expect(
      lines.contains { $0.hasPrefix("  listener  0.0.0.0:8080  ") && $0.contains(me) }, "\(result.errorText)",
      sourceLocation: location)
  }

  @Test func cServerGetsItsOptionsAndBlockerNamed() async throws {
    let subject = try Tool.program("bind-trace-subject")
    let result = try await run([subject, "bind", "8080"])
    expectDiagnosis(result, call: "bind", of: "bind-trace-subj", options: "no socket options")
  }

  @Test func twoHyphensMayStandBeforeTheCommand() async throws {
    let subject = try Tool.program("bind-trace-subject")
    let result = try await run(["--", subject, "bind", "8080"])
    expectDiagnosis(result, call: "bind", of: "bind-trace-subj", options: "no socket options")
    let empty = try await run(["--"])
    #expect(empty.status == 64 && empty.errorText.contains("give a port"), "\(empty.errorText)")
  }

  @Test func pythonServerGetsItsOptionsAndBlockerNamed() async throws {
    let script = """
      import socket, sys
      s = socket.socket()
      s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
      try:
        s.bind(("127.0.0.1", 8080))
      except OSError as error:
        sys.exit(error.errno)
      """
    let result = try await run(["python3", "-c", script])
    expectDiagnosis(result, call: "bind", of: "python3", options: "SO_REUSEPORT")
    #expect(result.status == 98)
  }

  @Test(.enabled(if: LabNamespace.hasProgram("node"), "needs node"))
  func nodeServerGetsItsOptionsAndBlockerNamed() async throws {
    let script = """
      require("net").createServer().on("error", error => process.exit(error.code == "EADDRINUSE" ? 5 : 6)).listen(8080)
      """
    let result = try await run(["node", "-e", script])
    expectDiagnosis(result, call: "bind", of: "node", options: "SO_REUSEADDR")
    #expect(result.status == 5)
    // It binds [::] with IPv4.
    #expect(result.errorText.contains("on [::]:8080 failed"))
    #expect(result.errorText.contains("server.listen({ port, host: '::', ipv6Only: true })"), "\(result.errorText)")
  }

  @Test func failedListenIsNotBlamedOnItsOwnSocket() async throws {
    let script = """
      import socket, sys
      a, b = socket.socket(), socket.socket()
      for s in (a, b):
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("127.0.0.1", 9090))
      a.listen()
      try:
        b.listen()
      except OSError as error:
        sys.exit(error.errno)
      """
    let result = try await run(["python3", "-c", script], besideListener: false)
    #expect(result.status == 98)
    #expect(result.errorText.contains("listen() of python3"))
    #expect(result.errorText.contains("  listener  127.0.0.1:9090  python3"), "\(result.errorText)")
    #expect(!result.errorText.contains("bound, not listening"))
  }

  /// IP_BIND_ADDRESS_NO_PORT, and multipath TCP, have no names in old versions of Python.
  @Test(
    arguments: ["s.setsockopt(socket.IPPROTO_IP, 24, 1); s.bind((sys.argv[1], 0))", "pass"],
    [("127.0.0.1", 0), ("::1", 0), ("127.0.0.1", 262)])
  func listenWithoutAFreePortIsReported(_ preparation: String, _ place: (address: String, protocol: Int)) async throws {
    let script = """
      import socket, sys
      family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
      open("/proc/sys/net/ipv4/ip_local_port_range", "w").write("40000 40001")
      taken = [socket.socket(family) for _ in range(2)]
      for port, s in enumerate(taken, 40000): s.bind((sys.argv[1], port))
      s = socket.socket(family, socket.SOCK_STREAM, int(sys.argv[2]))
      \(preparation)
      try:
        s.listen()
      except OSError as error:
        sys.exit(error.errno)
      """
    let result = try await run(
      ["python3", "-c", script, place.address, "\(place.protocol)"], besideListener: false)
    #expect(result.status == 98)
    let text = result.errorText
    let call = preparation == "pass" ? "listen()" : "bind() takes no port, and listen()"
    #expect(text.contains("no port is left to choose from. \(call) fails with EADDRINUSE"), "\(text)")
    #expect(text.contains("ip_local_port_range='1024 65535'"), "\(text)")
    #expect(!text.contains("Now nothing blocks the port") && !text.contains("Set IP_BIND"), "\(text)")
    #expect(text.contains("for user root, no socket options") == (preparation == "pass"), "\(text)")
  }

  @Test func privilegedPortIsJudgedByTheProgramsPrivileges() async throws {
    let script = """
      import os, socket, sys
      os.setgid(65534); os.setuid(65534)
      try:
        socket.socket().bind(("127.0.0.1", 80))
      except OSError as error:
        sys.exit(error.errno)
      """
    let result = try await run(["python3", "-c", script], besideListener: false)
    #expect(result.status == 13)
    #expect(result.errorText.contains("EACCES"), "\(result.errorText)")
    #expect(result.errorText.contains("CAP_NET_BIND_SERVICE"), "\(result.errorText)")
  }

  @Test func successfulProgramGetsNoReport() async throws {
    let result = try await run(["sh", "-c", "echo out; echo err >&2; exit 23"], besideListener: false)
    #expect(result.status == 23)
    #expect(result.outputText == "out\n")
    #expect(result.errorText == "err\nsockdiag: the command called neither bind() nor listen() on an internet socket\n")
    #expect(try await run(["true"]).errors.isEmpty)
  }

  @Test func signalIsForwarded() async throws {
    #expect(try await run(["sh", "-c", "kill -USR1 $$"]).status == 128 + 10)
  }

  @Test func missingCommandHasTheStatusOfShells() async throws {
    #expect(try await run(["no-such-command"]).status == 127)
    #expect(try await run(["/etc/passwd"]).status == 126)
  }

  @Test func eachFailureIsAJSONObject() async throws {
    let script = """
      import socket
      for address in ("127.0.0.1", "127.0.0.2", "127.0.0.1"):
        try: socket.socket().bind((address, 8080))
        except OSError: pass
      """
    let result = try await run(["python3", "-c", script], options: ["--json"])
    #expect(result.status == 0)
    let objects = try result.errorText.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
    #expect(objects.count == 3)
    for object in objects {
      #expect(object["call"] == .string("bind"))
      #expect(object["errno"] == .string("EADDRINUSE"))
    }
    #expect(objects.map { $0["why"]?["verdict"] } == [.string("conflict"), .string("conflict"), nil])
  }

  @Test func noProcessIsLeftStopped() async throws {
    let script = """
      import os, socket, time
      if os.fork() == 0:
        if os.fork() == 0:
          try: socket.socket().bind(("127.0.0.1", 8080))
          except OSError: pass
          time.sleep(1.5)
          open("/proc/self/comm", "w").write("lone-grandchild")
          time.sleep(120)
        os._exit(0)
      os.wait()
      """
    _ = try await run(["python3", "-c", script])
    // It continues although it is no longer watched.
    let deadline = ContinuousClock.now + .seconds(20)
    var found: Int32?
    while found == nil, ContinuousClock.now < deadline {
      try await Task.sleep(for: .milliseconds(100))
      found = try Processes.named("lone-grandchild").first
    }
    let pid = try #require(found)
    #expect(["R", "S", "D"].contains(try Processes.state(of: pid)))
    kill(pid, SIGKILL)
  }
}
