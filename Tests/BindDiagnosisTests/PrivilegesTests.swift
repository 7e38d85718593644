import BindSituationKit
import Glibc
import SocketLaboratory
import SocketLaboratoryKit
import SocketOwners
import Testing

@testable import BindDiagnosis

struct PrivilegesTextTests {
  @Test(arguments: [
    ("CapEff:\t000001ffffffffff\n", 0x1ff_ffff_ffff as UInt64?),
    ("Name:\tx\nCapEff:\t0000000000000400\nCapBnd:\t0\n", 0x400),
    ("CapEff: 400", 0x400), ("CapEff:\t0\n", 0), ("CapEff:\tffffffffffffffff\n", .max),
    ("", nil), ("CapEff:\n", nil), ("CapEff:", nil), ("CapEff:\t10000000000000000\n", nil), ("CapEff:\t-1\n", nil),
    ("CapEff:\t+1\n", nil), ("CapEff:\t1 2\n", nil), ("CapEff:\txyz\n", nil), ("CapPrm:\t400\n", nil),
    // A process may take a name that looks like the line.
    ("Name:\tCapEff:\\nCapEff:\t400\n", nil), ("xCapEff:\t400\n", nil),
  ])
  func capabilitiesAreReadOrReportedMissing(_ text: String, _ expected: UInt64?) {
    #expect(Privileges(status: text.utf8, countInNetwork: nil)?.effectiveCapabilities == expected)
  }

  @Test func nonTextBytesAreReportedMissing() {
    #expect(Privileges(status: Array("CapEff:\t".utf8) + [0xff, 0, 0x80], countInNetwork: nil) == nil)
  }

  @Test func boundingSetIsReadIfTheKernelReportsIt() {
    let text = "Name:\tx\nCapEff:\t0000000000000400\nCapBnd:\t00000000a80425fb\nNoNewPrivs:\t1\n"
    let privileges = Privileges(status: text.utf8, countInNetwork: true)
    #expect(privileges?.boundingSet == 0xa804_25fb && privileges?.hasNoNewPrivileges == true)
    let old = Privileges(status: "CapEff:\t0\n".utf8, countInNetwork: true)
    #expect(old != nil && old?.boundingSet == nil && old?.hasNoNewPrivileges == nil)
    let free = Privileges(status: "CapEff:\t0\nNoNewPrivs:\t0\n".utf8, countInNetwork: true)
    #expect(free?.hasNoNewPrivileges == false)
  }

  @Test func unknownNamespaceLeavesTheAnswerOpen() {
    let bit: UInt64 = 1 << 10
    #expect(Privileges(effectiveCapabilities: bit, countInNetwork: nil).mayBindPrivilegedPorts == nil)
    #expect(Privileges(effectiveCapabilities: bit, countInNetwork: false).mayBindPrivilegedPorts == false)
    #expect(Privileges(effectiveCapabilities: bit, countInNetwork: true).mayBindPrivilegedPorts == true)
    #expect(Privileges(effectiveCapabilities: ~bit, countInNetwork: nil).mayBindPrivilegedPorts == false)
  }
}

/// The right to bind low ports, in this process and in others.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make namespaces"))
struct PrivilegesTests {
  @Test func callingThreadsPrivilegesAreRead() async throws {
    try await Laboratory.withNew { (_: Laboratory) throws in
      #expect(try Privileges.ofCallingThread().mayBindPrivilegedPorts == true)
      let other = try LoneThread.run(.unprivileged) { try Privileges.ofCallingThread() }
      #expect(other.effectiveCapabilities == 0)
      #expect(other.mayBindPrivilegedPorts == false)
    }
  }

  @Test func otherProcessesPrivilegesAreRead() async throws {
    try await Laboratory.withNew { (laboratory: Laboratory) throws in
      let socket = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8080))
      let root = try LabHolder(.inherited, socket)
      #expect(try Privileges.of(process: root.pid).mayBindPrivilegedPorts == true)
      // A user who may not examine a process can still read its capabilities, but not where they have an effect.
      let pid = root.pid
      let seen = try LoneThread.run(.unprivileged) { try Privileges.of(process: pid) }
      #expect(seen.hasNetBindService)
      #expect(seen.mayBindPrivilegedPorts == nil)
      root.letGo()
      for gone in [pid, -1, 0] {
        let error = #expect(throws: BindFactError.self) { try Privileges.of(process: gone) }
        #expect(error?.code == .processGone)
      }
    }
  }

  /// The privileges that the thread reads itself equal those in proc.
  @Test(arguments: [
    (["setpriv", "--no-new-privs", "sleep", "60"], true, true),
    (["setpriv", "--bounding-set", "-net_bind_service", "sleep", "60"], false, false),
    (["sleep", "60"], false, true),
  ])
  func boundingSetOfAProcessIsRead(_ program: [String], _ gainsNothing: Bool, _ mayHave: Bool) async throws {
    try await Laboratory.withNew { (_: Laboratory) throws in
      let process = try Program(program, becoming: "sleep")
      defer { process.end() }
      let privileges = try Privileges.of(process: process.pid)
      #expect(privileges.hasNoNewPrivileges == gainsNothing)
      #expect(privileges.boundingSet.map { $0 & 1 << 10 != 0 } == mayHave)
      let own = try Privileges.ofCallingThread()
      #expect(own == (try Privileges.of(process: getpid())))
    }
  }

  /// Root of a user namespace is privileged only in the networks that the namespace owns.
  @Test(arguments: [
    (["unshare", "--user", "--map-root-user", "sleep", "60"], false),
    (["unshare", "--user", "--map-root-user", "--net", "sleep", "60"], true),
    (["setpriv", "--bounding-set", "-net_bind_service", "sleep", "60"], false),
    (["setpriv", "--reuid", "1000", "--clear-groups", "sleep", "60"], false),
    (["sleep", "60"], true),
  ])
  func capabilityCountsOnlyIfItsNamespaceOwnsTheNetwork(_ program: [String], _ may: Bool) async throws {
    try await Laboratory.withNew { (_: Laboratory) throws in
      let process = try Program(program, becoming: "sleep")
      defer { process.end() }
      #expect(try Privileges.of(process: process.pid).mayBindPrivilegedPorts == may)
    }
  }
}
