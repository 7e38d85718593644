import Glibc
import SocketLaboratory
import SocketLaboratoryKit
import SocketOwners
import Testing

/// A search finds all holders that `ss` and `lsof` find, on a live host with sockets held in many ways.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make namespaces"))
struct ComparisonTests {
  /// A holder, as the tools print it.
  private struct Row: Hashable, CustomStringConvertible {
    let inode: UInt32
    let pid: Int32
    let descriptor: UInt32
    var description: String { "\(inode) \(pid) \(descriptor)" }
  }

  @Test func findsEverythingThatOtherToolsFind() async throws {
    try await Laboratory.withNew { laboratory in
      var holders: [LabHolder] = []
      for holding in HiddenHolderTests.visible + [.inherited, .passed] {
        let socket = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 0))
        for _ in 0..<3 { holders.append(try LabHolder(holding, socket)) }
        let udp = try laboratory.udpSocket(bound: LabEndpoint(.loopbackV6, 0))
        holders.append(try LabHolder(holding, udp))
        udp.close()
      }
      let namespace = laboratory.namespace
      let ss = try Self.ss(namespace, "-Htanpe") + Self.ss(namespace, "-Huanpe")
      let lsof = try Self.lsof(namespace)
      #expect(ss.count > 20 && lsof.count > 20)
      // A program that is started meanwhile has copies of all descriptors for a moment.
      let processes = Set(holders.map(\.pid) + [getpid()])
      let theirs = (ss + lsof).filter { processes.contains($0.pid) }
      for search in [SearchOptions(), SearchOptions(walkers: 2), SearchOptions()] {
        var owners = try OwnerFinder()
        for _ in 0..<2 {
          let report = try owners.find(Set(theirs.map(\.inode)).map { WantedSocket(inode: $0) }, search)
          let ours = Set(
            report.inodes.flatMap { inode in
              report.holders(of: inode).filter { processes.contains($0.pid) }.map {
                Row(inode: inode, pid: $0.pid, descriptor: $0.descriptor)
              }
            })
          #expect(Set(theirs).subtracting(ours).isEmpty)
          // The tools do not look for some holders, so a search may find more than they do.
          for row in ours.subtracting(theirs) {
            let holder = try #require(report.holders(of: row.inode).first { $0.pid == row.pid })
            #expect(holder.threadID != nil || holder.fixedFileSlot != nil, "\(row)")
          }
        }
      }
      withExtendedLifetime(holders) {}
    }
  }

  /// `users:(("name",pid=1,fd=2),…) … ino:3`
  private static func ss(_ namespace: LabNamespace, _ options: String) throws -> [Row] {
    try namespace.run(["ss", options]).outputText.split(separator: "\n").flatMap { line -> [Row] in
      guard let inode = number(after: "ino:", in: line[...]) else { return [] }
      return line.split(separator: "pid=").dropFirst().compactMap { part in
        guard let pid = Int32(part.prefix { $0.isNumber }), let descriptor = number(after: "fd=", in: part) else {
          return nil
        }
        return Row(inode: inode, pid: pid, descriptor: descriptor)
      }
    }
  }

  /// One field a line: `p` is the process, `f` a descriptor, `d` the device. The device of a socket is its inode.
  private static func lsof(_ namespace: LabNamespace) throws -> [Row] {
    var rows: [Row] = []
    var (pid, descriptor) = (Int32(0), UInt32(0))
    for line in try namespace.run(["lsof", "-nP", "-i", "-F", "pfd"]).outputText.split(separator: "\n") {
      let value = line.dropFirst()
      switch line.first {
      case "p": pid = Int32(value) ?? 0
      case "f": descriptor = UInt32(value) ?? 0
      case "d": if let inode = UInt32(value) { rows.append(Row(inode: inode, pid: pid, descriptor: descriptor)) }
      default: break
      }
    }
    return rows
  }

  private static func number(after name: String, in text: Substring) -> UInt32? {
    text.split(separator: name, maxSplits: 1, omittingEmptySubsequences: false).dropFirst().first.flatMap {
      UInt32($0.prefix { $0.isNumber })
    }
  }
}
