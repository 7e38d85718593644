import SockDiag
import SockDiagTesting
import SocketOwners
import Testing

@testable import PortControl

/// The processes of a plan, and their order.
struct EndingPlanTests {
  private static func socket(_ inode: UInt32) -> InetSocket {
    .specimen(.tcp, .listen, local: "0.0.0.0:80") { $0.inode = inode }
  }

  private static func process(
    _ pid: Int32, start: UInt64 = 7, parent: Int32 = 1, cgroup: String? = nil
  ) -> ProcessDetails {
    var details = ProcessDetails(process: HoldingProcess(pid: pid, startTicks: start), command: Array("nginx".utf8))
    details.parent = parent
    details.cgroup = cgroup.map { CgroupPath(Array($0.utf8)) }
    return details
  }

  private static func plan(_ processes: [ProcessDetails], _ ownProcess: OwnProcess? = nil) -> EndingPlan {
    let holders = processes.map { KnownHolder(SocketHolder(pid: $0.process.pid, descriptor: 3), $0) }
    return EndingPlan(PortSelection(80), [HeldSocket(socket(5), holders)], ownProcess ?? OwnProcess(pid: 99))
  }

  @Test func parentsComeBeforeTheirChildren() {
    // The ids of children are lower, since the kernel started again at 1. All were started within one tick.
    let processes = [
      Self.process(10, parent: 12), Self.process(12, parent: 300), Self.process(300), Self.process(11, parent: 12),
      Self.process(5, start: 9), Self.process(400, start: 3),
    ]
    #expect(Self.plan(processes).targets.map(\.process.pid) == [400, 300, 12, 10, 11, 5])
    // There are no parents in a circle, but /proc is read while it changes.
    let circle = [Self.process(10, parent: 11), Self.process(11, parent: 10)]
    #expect(Self.plan(circle).targets.count == 2)
  }

  @Test func unitOfThisProcessIsNoSupervisor() {
    var ownProcess = OwnProcess(pid: 99)
    ownProcess.ancestors = [50, 1]
    ownProcess.cgroup = CgroupPath(Array("/system.slice/ssh.service".utf8))
    let plan = Self.plan(
      [
        Self.process(50, cgroup: "/system.slice/ssh.service"), Self.process(51, cgroup: "/system.slice/ssh.service"),
        Self.process(99),
      ], ownProcess)
    #expect(plan.targets.map(\.standing) == [.ancestor, .ordinary, .itself])
    #expect(plan.targets.allSatisfy { $0.supervision == nil })
    #expect(plan.signalled.map(\.process.pid) == [50, 51])
  }

  /// With no address given, only the interface can rule a socket out. One without an interface always matches.
  @Test func selectionWithInterfaceCoversSocketsWithoutOne() {
    let selection = PortSelection(80, at: .allAddresses, interfaceIndex: 1)
    var socket = Self.socket(5)
    for (interface, isMet) in [(0, true), (1, true), (7, false)] as [(UInt32, Bool)] {
      socket.interfaceIndex = interface
      #expect(selection.covers(socket) == isMet, "\(interface)")
    }
  }
}
