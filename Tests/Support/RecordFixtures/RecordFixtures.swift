import Foundation
import Glibc
import SockDiag
import SockDiagTestKit
import SocketLaboratory
import SocketLaboratoryKit

/// Records the captures of `Fixtures/captures` from the running kernel, one per situation:
///
/// swift run record-fixtures && SOCKDIAG_RECORD=1 swift test --filter GoldenTests
@main enum RecordFixtures {
  static func main() throws {
    let kernel = try String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8).split(separator: "\n")[0]
    let release = kernel.split(separator: ".").prefix(2).joined(separator: ".")
    let folder = Fixtures.folder.appending(path: "captures/linux-\(release)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for situation in Situation.all { try record(situation, in: folder) }
    try recordCrowd(in: folder)
    try recordNetlink(in: folder)
    try recordUnix(in: folder)
    try Data(readme(kernel).utf8).write(to: folder.appending(path: "README.md"))
  }

  private static func record(_ situation: Situation, in folder: URL) throws {
    let path = folder.appending(path: "\(situation.name).pcap").path
    try Laboratory.withNew { laboratory in
      let scene = try situation.build(in: laboratory)
      try withExtendedLifetime(scene) {
        var inspector = try SocketInspector()
        try inspector.recording(to: path, overwriting: true) { try everything(&$0, family: nil) }
      }
    }
    print(situation.name)
  }

  /// Several hundred sockets, in several datagrams, one family at a time. This uses the newer message, not the legacy
  /// one.
  private static func recordCrowd(in folder: URL) throws {
    try Laboratory.withNew { laboratory in
      let crowd = try Crowd(in: laboratory, count: 400, seed: 1)
      try withExtendedLifetime(crowd) {
        var inspector = try SocketInspector()
        try inspector.recording(to: folder.appending(path: "crowd.pcap").path, overwriting: true) { inspector in
          for family in [AddressFamily.inet, .inet6] { try everything(&inspector, family: family) }
        }
        _ = try laboratory.namespace.run(["ss", "-tanemoi", "-D", folder.appending(path: "crowd.ss-D").path])
      }
    }
  }

  private static func recordNetlink(in folder: URL) throws {
    try Laboratory.withNew { _ in
      let sockets = try NetlinkSockets()
      try withExtendedLifetime(sockets) {
        var inspector = try SocketInspector()
        try inspector.recording(to: folder.appending(path: "netlink.pcap").path, overwriting: true) {
          _ = try $0.dump(FamilyQuery<Netlink>(NetlinkSocketRequest()))
        }
      }
    }
  }

  private static func recordUnix(in folder: URL) throws {
    try Laboratory.withNew { _ in
      var sockets = try UnixSockets.assorted()
      for name in sockets.hardNames { try sockets.make(SOCK_DGRAM, name: name) }
      try withExtendedLifetime(sockets) {
        var inspector = try SocketInspector()
        try inspector.recording(to: folder.appending(path: "unix.pcap").path, overwriting: true) {
          _ = try $0.dump(FamilyQuery<Unix>(UnixSocketRequest()))
        }
      }
    }
  }

  private static func everything(_ inspector: inout SocketInspector, family: AddressFamily?) throws {
    let tcp = SocketStateSet.all.union(.boundInactive)
    for (kind, states) in [(TransportProtocol.tcp, tcp), (.udp, .all)] {
      _ = try inspector.dump(SocketQuery(kind, family: family, states: states, details: .all))
    }
  }

  private static func readme(_ kernel: Substring) -> String {
    let rows = Situation.all.map { "| `\($0.name)` | \($0.summary) |" }.joined(separator: "\n")
    return """
      # Captures of Linux \(kernel)

      Each pcap file (link type 253) holds the netlink messages between an inspector and the kernel, in a network namespace
      with only the sockets of one situation. The `.ndjson` file of the same name holds the decoded sockets, one per line.
      `swift run record-fixtures` makes the captures, with the situations of `SocketLaboratory`. The queries are TCP in all
      states and bound-inactive, then UDP, with all details, both families in one walk, as root.

      | capture | sockets |
      |---|---|
      \(rows)
      | `crowd` | 400 sockets in all states, one walk per family |
      | `netlink` | netlink sockets with groups and destinations, beside those of the kernel |
      | `unix` | UNIX sockets of every type and state, with names that are hard to show |
      | `crowd.ss-D` | the TCP sockets of the same crowd as `ss -tanemoi -D` (iproute2 6.1) writes them |

      """
  }
}
