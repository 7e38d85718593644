import Glibc
import SocketLaboratory
import SocketLaboratoryKit
import SocketOwners
import Testing

/// Searches by users who may not see everything. The reports say so.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make namespaces"))
struct PrivilegeTests {
  @Test func unprivilegedReaderCountsUnreadableProcesses() async throws {
    let report = try await Self.report(by: .unprivileged)
    #expect(report.found.isEmpty)
    #expect(report.obstacles.unreadableProcesses > 0)
    #expect(!report.obstacles.hidesProcesses)
    #expect(report.reasons.contains(.unreadableProcess))
    #expect(report.reasons.isDisjoint(with: [.hiddenProcess, .noProcess, .anotherPIDNamespace]))
    // Kernel threads do not count: any user can see that they have no descriptors.
    #expect(report.obstacles.unreadableProcesses < report.examined)
  }

  @Test func ownSocketsAreFoundWithoutPrivilege() async throws {
    try await Laboratory.withNew { laboratory in
      let socket = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 0))
      let (inode, descriptor) = (socket.inode, UInt32(bitPattern: socket.descriptor))
      let places = try LoneThread.run(.unprivileged) {
        var owners = try OwnerFinder()
        return try owners.find([WantedSocket(inode: inode)]).holders(of: inode).map(HolderPlace.init)
      }
      #expect(places.contains(HolderPlace(SocketHolder(pid: getpid(), descriptor: descriptor))))
      withExtendedLifetime(socket) {}
    }
  }

  @Test func hiddenProcessesAreReported() async throws {
    let report = try await Self.report(by: .unprivilegedWithProc("hidepid=invisible"))
    #expect(report.obstacles.hidesProcesses)
    #expect(report.reasons.contains(.hiddenProcess))
  }

  @Test func processesWithUnreadableStatusAreUnreadable() async throws {
    let report = try await Self.report(by: .unprivilegedWithProc("hidepid=noaccess"))
    #expect(report.obstacles.hidesProcesses)
    #expect(report.obstacles.unreadableProcesses > 0)
  }

  /// The proc of another pid namespace shows only its own processes, with ids that are not valid here.
  @Test func otherPIDNamespaceIsAReason() async throws {
    try await Laboratory.withNew { laboratory in
      let inside = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 0))
      let outside = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 0))
      let holder = try LabHolder(.pidNamespace, inside)
      var owners = try OwnerFinder(procRoot: "/proc/\(holder.pid)/root/proc")
      let report = try owners.find([WantedSocket(inode: inside.inode), WantedSocket(inode: outside.inode)])
      let place = SocketHolder(pid: 1, descriptor: holder.descriptor)
      #expect(report.holders(of: inside.inode).map(HolderPlace.init) == [HolderPlace(place)])
      #expect(report.reasons(for: outside.inode)?.contains(.anotherPIDNamespace) == true)
      let process = try #require(report.process(1))
      #expect(owners.signal(SIGKILL, place, of: inside.inode, process: process) == .unsupported(EXDEV))
    }
  }

  private struct Outcome: Sendable {
    var found: [SocketHolder]
    var reasons: MissingHolder.Reasons
    var obstacles: SearchObstacles
    var examined: Int
  }

  /// What an unprivileged thread finds out about a socket that a process of root holds.
  private static func report(by change: LoneThread.Change) async throws -> Outcome {
    try await Laboratory.withNew { laboratory in
      let socket = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 0))
      let inode = socket.inode
      let holder = try LabHolder(.inherited, socket)
      defer { holder.letGo() }
      socket.close()
      return try LoneThread.run(change) {
        var owners = try OwnerFinder()
        let report = try owners.find([WantedSocket(inode: inode)])
        return Outcome(
          found: Array(report.holders(of: inode)), reasons: report.reasons(for: inode) ?? [],
          obstacles: report.obstacles, examined: report.work.processesExamined)
      }
    }
  }
}
