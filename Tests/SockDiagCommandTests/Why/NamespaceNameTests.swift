import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// The commands that `why --run` suggests are for the user's shell, and for later.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct NamespaceNameTests {
  private static let program = """
    import socket, sys
    try:
      socket.socket().bind((sys.argv[1], 8080))
    except OSError as error:
      sys.exit(error.errno)
    """

  /// Runs the tool outside the namespace in which a process has 127.0.0.1:8080.
  private func offers(
    _ words: @escaping @Sendable (_ holder: Int32) -> [String]
  ) async throws -> (kill: Substring?, holder: Int32, status: Int32) {
    let why = try Tool.unfoldedWhy
    return try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8080))
      let holder = try Subject(Subject.Script.plain, holding: [listener])
      defer { holder.end() }
      let result = try laboratory.namespace.inAnother {
        try laboratory.namespace.run(why + words(holder.pid) + ["python3", "-c", Self.program, "127.0.0.1"])
      }
      let kill = result.errorText.split(separator: "\n").first { $0.contains("sockdiag kill ") }
      return (kill, holder.pid, result.status)
    }
  }

  @Test func givenNamespaceIsKeptInSuggestedCommands() async throws {
    // A path, so that the namespace cannot be named in another way.
    let offer = try await offers { ["--netns", "/proc/\($0)/ns/net", "--run"] }
    #expect(offer.kill?.hasSuffix(" --netns /proc/\(offer.holder)/ns/net") == true, "\(offer)")
    #expect(offer.status == 98)
  }

  @Test func namespaceIsNamedByAProcessThatStays() async throws {
    let offer = try await offers { ["--run", "nsenter", "-t", "\($0)", "-n"] }
    #expect(offer.kill?.hasSuffix(" --netns \(offer.holder)") == true, "\(offer)")
    #expect(offer.status == 98)
  }

  @Test func ownNamespaceNeedsNoName() async throws {
    let why = try Tool.unfoldedWhy
    let text = try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8080))
      let home = try Subject(Subject.Script.plain, holding: [listener])
      defer { home.end() }
      let elsewhere = try laboratory.namespace.inAnother { try Subject(Subject.Script.plain, holding: []) }
      defer { elsewhere.end() }
      return try laboratory.namespace.run(
        why + ["--netns", "\(elsewhere.pid)", "--run", "nsenter", "-t", "\(home.pid)", "-n"]
          + ["python3", "-c", Self.program, "127.0.0.1"]
      ).errorText
    }
    #expect(text.contains("sockdiag kill "), "\(text)")
    #expect(!text.contains("--netns"), "\(text)")
  }

  @Test(.enabled(if: LabNamespace.hasProgram("ip"), "needs ip"))
  func namespaceNameIsPreferred() async throws {
    let tool = try Tool.path
    let script = """
      mount -t tmpfs none /run && ip netns add blue && ip -n blue link set lo up &&
      exec "$0" why --run ip netns exec blue python3 -c "$1" 192.0.2.9
      """
    let text = try await LabNamespace.withNew { namespace in
      try namespace.run(
        ["unshare", "-m", "--propagation", "private", "sh", "-c", script, tool, Self.program]
      ).errorText
    }
    #expect(text.contains(" ip netns exec blue sysctl -w net.ipv4.ip_nonlocal_bind=1\n"), "\(text)")
  }
}
