import FoundationEssentials
import Glibc
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// Captures that Wireshark's tools converted to pcapng.
@Suite(.enabled(if: LabNamespace.hasProgram("editcap"), "needs editcap, which comes with tshark"))
struct ConvertedCaptureTests {
  private static let captures =
    ["captures/linux-6.1-s390x/sockets.pcap"]
    + ["crowd", "netlink", "tcp4-established", "tcp6-time-wait", "udp4-connected", "mptcp4-listener"].map {
      "captures/linux-6.18/\($0).pcap"
    }

  /// Runs a script with the command as `$SD`, in a folder of its own.
  private func run(_ script: String) throws -> Tool.Result {
    let folder = FileManager.default.temporaryDirectory.path + "/sockdiag-\(UInt64.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try Tool.shell("SD=$0; cd '\(folder)' || exit 99\n\(script)")
  }

  @Test(arguments: captures) func convertedCaptureHasTheSameSockets(capture: String) throws {
    let path = Fixture.path(capture)
    let original = try Tool.run(["decode", path, "--ndjson"])
    for script in [
      "editcap -F pcapng '\(path)' x; $SD decode x --ndjson",
      "editcap -F pcapng '\(path)' x; gzip x; $SD decode x.gz --ndjson",
    ] {
      let result = try run(script)
      #expect(result.status == 0 && result.errors == original.errors)
      #expect(result.text == original.text)
    }
  }

  @Test func mergedCapturesHaveTheSocketsOfBoth() throws {
    let paths = Self.captures.suffix(2).map { Fixture.path($0) }
    let both = try paths.map { try Tool.run(["decode", $0, "--ndjson"]).text }.joined()
    let result = try run("mergecap -a -F pcapng -w x '\(paths[0])' '\(paths[1])'; $SD decode x --ndjson")
    #expect(result.status == 0 && result.errors.isEmpty)
    #expect(result.text == both)
    // Two sections, as appended files are.
    let sections = try run(
      "for f in '\(paths[0])' '\(paths[1])'; do editcap -F pcapng $f y; cat y >>x; done; $SD decode x --ndjson")
    #expect(sections.text == both)
  }
}
