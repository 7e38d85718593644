import Foundation
import SockDiag
import SockDiagTestKit
import SocketLaboratory
import Testing

/// Takes the captures of `Fixtures/captures` from the running kernel, one per situation.
///
/// It only does so with `SOCKDIAG_RECORD=1`, and then fails, so that nobody takes recording for testing:
///
///     SOCKDIAG_RECORD=1 swift test --filter FixtureRecorder; SOCKDIAG_RECORD=1 swift test --filter GoldenTests
@Suite(.enabled(if: Fixtures.isRecording), .serialized) struct FixtureRecorder {
  private static let folder = Fixtures.folder.appending(path: "captures/linux-\(release)")

  private static var release: String {
    let text = (try? String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8)) ?? "unknown"
    return text.split(separator: ".").prefix(2).joined(separator: ".")
  }

  @Test(arguments: Situation.all) func record(_ situation: Situation) async throws {
    let path = Self.folder.appending(path: "\(situation.name).pcap").path
    try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
    try await Laboratory.withNew { laboratory in
      let scene = try situation.build(in: laboratory)
      _ = try settled {
        var inspector = try SocketInspector()
        let sockets = try inspector.recording(to: path, overwriting: true) { try $0.everything() }
        return disagreements(sockets, scene.expected.filter { $0.protocol != .mptcp })
      }
    }
    Issue.record("recorded \(situation.name)")
  }

  /// Several hundred sockets, in several datagrams, family by family: the form of message that is not the legacy one.
  @Test func crowd() async throws {
    let path = Self.folder.appending(path: "crowd.pcap").path
    try await Laboratory.withNew { laboratory in
      let crowd = try Crowd(in: laboratory, count: 400, seed: 1)
      try withExtendedLifetime(crowd) {
        var inspector = try SocketInspector()
        _ = try inspector.recording(to: path, overwriting: true) { inspector in
          try inspector.everything(family: .inet) + inspector.everything(family: .inet6)
        }
        let dump = Self.folder.appending(path: "crowd.ss-D").path
        _ = try laboratory.namespace.run(["ss", "-tanemoi", "-D", dump])
      }
    }
    Issue.record("recorded the crowd")
  }

  @Test func readme() throws {
    let kernel = try String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8).split(separator: "\n")[0]
    var text = """
      # Captures of Linux \(kernel)

      Each file is what an inspector and the kernel said to each other (pcap, link type 253) in a network namespace that held
      the sockets of one situation and no others; beside it lies what it decodes to, one socket a line. The situations
      are made by `Tests/Support/SocketLaboratory`, the command that records them stands in
      `Tests/LiveTests/FixtureRecorder.swift`. Asked for: TCP in all states and bound-inactive, then UDP, with all details,
      both families in one walk, as root.

      | capture | what it holds |
      |---|---|

      """
    for situation in Situation.all { text += "| `\(situation.name)` | \(situation.summary) |\n" }
    text += """
      | `crowd` | 400 sockets in all states, one walk per family |
      | `crowd.ss-D` | the TCP sockets of the same crowd as `ss -tanemoi -D` (iproute2 6.1) writes them |

      """
    try Data(text.utf8).write(to: Self.folder.appending(path: "README.md"))
    Issue.record("recorded the list")
  }
}
