import SocketLaboratory
import SocketLaboratoryKit
import SocketOwners
import Testing

@testable import SockDiagCommand

/// Sockets without a known process.
@Suite struct UnheldSocketTests {
  @Test(
    arguments: [
      (.noProcess, "the kernel has it alone"), (.kernel, "the kernel itself may hold it"),
      (
        [.kernel, .inFlight, .closedMeanwhile],
        "its descriptor may be on its way through a UNIX socket, the kernel itself may hold it, or it may have been closed"
          + " while it was looked for"
      ),
      ([], "it has just ended"),
    ] as [(MissingHolder.Reasons, String)]) func reasonsMakeASentence(
      _ reasons: MissingHolder.Reasons, _ sentence: String
    )
  {
    #expect(reasons.description == sentence)
  }

  private static let isPermitted = LabNamespace.isPermitted

  /// The socket of a tunnel belongs to the kernel: no process can close it, and none is ended.
  @Test(.enabled(if: isPermitted, "needs the right to make network namespaces"))
  func kernelTunnelIsNotBlamedOnAProcess() async throws {
    let tool = try Tool.unfolded
    let answers = try await Laboratory.withNew { laboratory in
      func run(_ words: String...) throws -> CommandResult { try laboratory.namespace.run(words) }
      let made = try run("ip", "link", "add", "vx0", "type", "vxlan", "id", "7", "dstport", "4789")
      #expect(made.status == 0, "\(made.errorText)")
      _ = try run("ip", "link", "set", "vx0", "up")
      // In a PID namespace of its own: outside, there may be processes that not even root may examine here.
      func alone(_ words: String...) throws -> CommandResult {
        try laboratory.namespace.run(["unshare", "-p", "-f", "--mount-proc"] + tool + words)
      }
      return (why: try alone("why", "-v", "4789/udp"), kill: try alone("kill", "4789/udp", "--yes"))
    }
    #expect(answers.why.status == 1)
    #expect(answers.why.outputText.contains("until the socket is closed. No process was found that could close it."))
    #expect(!answers.why.outputText.contains("as long as"))
    #expect(answers.why.outputText.contains("'ip -d link'"))
    // The same name as in 'list'.
    #expect(answers.why.outputText.contains("UDP socket  0.0.0.0:4789"))
    #expect(answers.kill.status == 71)
    #expect(answers.kill.errorText.contains("no process holds ") && answers.kill.errorText.contains("'ip -d link'"))
  }

  /// Two sockets on one port of all addresses differ only by their interface.
  @Test(.enabled(if: isPermitted, "needs the right to make network namespaces"))
  func whyNamesSocketsAsListDoes() async throws {
    let tool = try Tool.path
    let script = """
      import socket, subprocess, sys
      held = []
      for kind, family, address, device in ((2, 2, '0.0.0.0', b'lo'), (2, 2, '0.0.0.0', b'v0'), (1, 10, '::', None)):
          s = socket.socket(family, kind)
          if device: s.setsockopt(socket.SOL_SOCKET, 25, device + b'\\0')
          s.bind((address, 3784))
          if kind == 1: s.listen()
          held.append(s)
      for line in ('-tuH', 'why -v 0.0.0.0:3784/udp', 'why -v 3784', 'kill 3784/tcp --dry-run'):
          print(subprocess.run([sys.argv[1]] + line.split(), stdout=subprocess.PIPE).stdout.decode())
      """
    let result = try await Laboratory.withNew { laboratory in
      _ = try laboratory.namespace.run(["ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1"])
      _ = try laboratory.namespace.run(["ip", "link", "set", "v0", "up"])
      return try laboratory.namespace.run(["python3", "-c", script, tool])
    }
    let lines = result.outputText.split(separator: "\n")
    for place in ["0.0.0.0%lo:3784", "0.0.0.0%v0:3784"] {
      #expect(lines.contains { $0.hasPrefix("udp") && $0.contains(place) }, "\(result.outputText)")
      #expect(lines.contains { $0.contains("UDP socket  \(place)  python3") }, "\(result.outputText)")
    }
    #expect(lines.contains { $0.hasPrefix("tcp") && $0.contains(" *:3784") })
    #expect(lines.contains { $0.contains("listener  *:3784  python3") }, "\(result.outputText)")
  }
}
