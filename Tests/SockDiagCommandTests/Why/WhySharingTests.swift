import ArgumentParser
import BindDiagnosis
import Glibc
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// Conditions for sharing that sock_diag does not show: unmapped users, the TCP socket below a multipath socket,
/// programs, a socket's own range.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct WhySharingTests {
  private func run(
    _ starter: [String], _ words: [String], beside uid: UInt32
  ) async throws -> CommandResult {
    let command = try starter + Tool.unfoldedWhy + ["127.0.0.1:8080"] + words
    return try await Laboratory.withNew { laboratory in
      try laboratory.namespace.acting(as: uid) {
        // Two, so that their option is known without reading it.
        for _ in 0..<2 {
          _ = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8080), options: [.reusePort])
        }
      }
      return try laboratory.namespace.run(command)
    }
  }

  private static let hasUserNamespaces: Bool = {
    (try? Laboratory.withNew { try $0.namespace.run(["unshare", "-U", "true"]).status }) == 0
  }()

  @Test(.enabled(if: hasUserNamespaces, "needs user namespaces")) func unknownUsersAreNotOneUser() async throws {
    for uid in [UInt32(0), 1000] {
      let result = try await run(["unshare", "-U"], ["--reuseport"], beside: uid)
      #expect(result.status == 2)
      #expect(
        result.outputText.contains("It depends on whether the other side belongs to the same user"),
        "\(result.outputText)\(result.errorText)")
    }
  }

  @Test(.enabled(if: hasUserNamespaces, "needs user namespaces")) func knownUserIsDistinguishedFromUnknownUsers()
    async throws
  {
    #expect(try await run(["unshare", "-U", "-r"], ["--reuseport"], beside: 0).status == 0)
    #expect(try await run(["unshare", "-U", "-r"], ["--reuseport"], beside: 1000).status == 1)
    #expect(try await run([], ["--reuseport", "--uid", "65534"], beside: 65534).status == 0)
  }

  @Test func socketWithAProgramJoinsNoGroup() async throws {
    let result = try await run([], ["--reuseport", "--reuseport-program"], beside: 0)
    #expect(result.status == 1)
    #expect(result.outputText.contains("new socket with a BPF program"), "\(result.outputText)")
    let probed = try await run([], ["--reuseport", "--reuseport-program", "--probe"], beside: 0)
    #expect(probed.status == 1 && probed.outputText.contains("A real bind() failed with EADDRINUSE"))
    #expect(try await run([], ["--reuseport", "--probe"], beside: 0).status == 0)
  }

  private func watch(
    _ script: String, _ prepare: @escaping @Sendable (Laboratory) throws -> Void = { _ in }
  ) async throws -> String {
    let why = try Tool.unfoldedWhy
    return try await Laboratory.withNew { laboratory in
      try prepare(laboratory)
      return try laboratory.namespace.run(why + ["--run", "python3", "-c", script]).errorText
    }
  }

  /// The program, in C: `struct sock_fprog` with one instruction, `ret 0`.
  private static let attach = """
    import ctypes, socket, struct
    code = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0))
    def attach(s): s.setsockopt(1, 51, struct.pack("HxxxxxxQ", 1, ctypes.addressof(code)))
    def new():
      s = socket.socket(); s.setsockopt(1, 15, 1); return s

    """

  @Test(arguments: [
    "s = new(); attach(s); s.bind(('127.0.0.1', 8080))",
    "s = new(); s.bind(('127.0.0.1', 8080)); attach(s); s.listen()",
  ])
  func earlyAttachedProgramIsSuspected(_ calls: String) async throws {
    let text = try await watch(Self.attach + calls) {
      _ = try $0.tcpListener(on: LabEndpoint(.loopbackV4, 8080), options: [.reusePort])
    }
    #expect(text.contains("attached a BPF program"), "\(text)")
    #expect(text.contains("in use. bind() fails with EADDRINUSE"), "\(text)")
    #expect(!text.contains("Now nothing blocks the port"))
  }

  @Test func exhaustedRangeOfASocketIsReported() async throws {
    let text = try await watch(
      """
      import socket, struct
      taken = [socket.socket() for _ in range(2)]
      for port, s in enumerate(taken, 40000): s.bind(("127.0.0.1", port))
      s = socket.socket()
      s.setsockopt(0, 51, struct.pack("I", 40001 << 16 | 40000))
      s.bind(("127.0.0.1", 0))
      """)
    #expect(text.contains("no port is left to choose from. bind() fails with EADDRINUSE"), "\(text)")
    #expect(text.contains("  Give the socket a wider range than its own IP_LOCAL_PORT_RANGE, or none.\n"), "\(text)")
    #expect(!text.contains("sysctl"))
  }

  /// bind() to ::1 made the TCP socket v6-only, and the multipath socket does not show it.
  @Test func multipathOptionIsNotTakenForThatOfItsSubflow() async throws {
    let complaints = try await Laboratory.withNew { laboratory in
      let pair = try laboratory.connectedPair(.mptcp, to: LabEndpoint(.loopbackV6, 8080))
      var complaints: [String] = []
      func ask(_ expected: Diagnosis.Verdict) throws {
        let diagnosis = try #require(
          try Why.parse(["0.0.0.0:8080"]).quietDiagnoses([.owners, .heldOptions]).first)
        if diagnosis.verdict != expected { complaints.append("\(diagnosis.verdict), not \(expected)") }
        let errno = try BindProbe.quietOutcome(of: diagnosis.request)
        if errno != 0 { complaints.append("bind: \(errno)") }
      }
      // With a listener, it is not known whose option a connection has.
      try ask(.depends)
      pair.listener.close()
      try ask(.depends)
      pair.client.close()
      pair.server.close()
      // sock_diag reports the option for a listener.
      _ = try laboratory.tcpListener(.mptcp, on: LabEndpoint(.loopbackV6, 9090))
      let lone = try #require(try Why.parse(["0.0.0.0:9090"]).quietDiagnoses([.owners, .heldOptions]).first)
      if lone.verdict != .free { complaints.append("beside a listener: \(lone.verdict)") }
      return complaints
    }
    #expect(complaints == [])
  }

  /// Only the TCP socket has the interface of its address.
  @Test func linkLocalMultipathListenerIsDiagnosed() async throws {
    let text = try await watch(
      """
      import socket
      sockets = [socket.socket(10, 1, p) for p in (0, 262)]
      index = socket.if_nametoindex("\(Wire.deviceName)")
      for s in sockets:
        s.setsockopt(1, 2, 1)
        s.bind(("fe80::1", 8080, 0, index))
      sockets[0].listen()
      sockets[1].listen()
      """
    ) { _ = try $0.wire() }
    #expect(text.contains("in use. bind() fails with EADDRINUSE"), "\(text)")
    #expect(text.contains("  listener  [fe80::1%\(Wire.deviceName)]:8080  python3"), "\(text)")
  }
}
