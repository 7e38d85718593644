import SockDiag
import SockDiagWire
import SocketOwners
import Testing

@testable import SockDiagCommand

/// Whom a plan means, and in which order.
struct EndingPlanTests {
  private static func socket(_ inode: Int) throws -> InetSocket {
    try Samples.socket(
      """
      {"protocol":"tcp","family":"inet","state":"listen","local":{"address":"0.0.0.0","port":80},\
      "remote":{"address":"0.0.0.0","port":0},"inode":\(inode),"uid":0,"receive_queue":0,"send_queue":0}
      """)
  }

  private static func process(
    _ pid: Int32, start: UInt64 = 7, parent: Int32 = 1, command: String = "nginx", cgroup: String? = nil
  ) -> ProcessDetails {
    var details = ProcessDetails(
      process: HoldingProcess(pid: pid, startTicks: start), command: Array(command.utf8))
    details.parent = parent
    details.cgroup = cgroup.map { CgroupPath(Array($0.utf8)) }
    return details
  }

  private static func plan(_ processes: [ProcessDetails], _ surroundings: Surroundings? = nil) throws -> EndingPlan {
    let entries = processes.map {
      HolderList.Entry(
        holder: SocketHolder(pid: $0.process.pid, descriptor: 3), process: $0, isInherited: false)
    }
    let claim = PortClaim(port: try PortArgument(parsing: "80"), transports: [.tcp])
    return EndingPlan(
      claim, [(try socket(5), HolderList(entries: entries))], surroundings ?? Surroundings(pid: 99))
  }

  @Test func parentsComeBeforeTheirChildren() throws {
    // The ids of children are lower, for they began anew, and all were started within a tick.
    let processes = [
      Self.process(10, parent: 12), Self.process(12, parent: 300), Self.process(300), Self.process(11, parent: 12),
      Self.process(5, start: 9), Self.process(400, start: 3),
    ]
    #expect(try Self.plan(processes).targets.map(\.process.pid) == [400, 300, 12, 10, 11, 5])
    // Parents in a circle are none, but proc is read while it changes.
    let circle = [Self.process(10, parent: 11), Self.process(11, parent: 10)]
    #expect(try Self.plan(circle).targets.count == 2)
  }

  @Test func supervisorsAreNamedWithWhatStopsThem() throws {
    let id = String(repeating: "0a", count: 32)
    let own = CommandUser.effective
    let cases: [(cgroup: String, name: String?, command: String?)] = [
      ("/system.slice/nginx.service", "nginx.service", "systemctl stop nginx.service"),
      ("/system.slice/a\\x2db.service", "a-b.service", "systemctl stop 'a\\x2db.service'"),
      (
        "/user.slice/user-\(own).slice/user@\(own).service/app.slice/x.service", "x.service",
        "systemctl --user stop x.service"
      ),
      (
        "/user.slice/user-4242.slice/user@4242.service/app.slice/x.service", "x.service",
        "systemctl --user --machine=4242@.host stop x.service"
      ),
      ("/user.slice/user-0.slice/session-1.scope", nil, nil), ("/user.slice", nil, nil), ("/", nil, nil),
      ("/system.slice/docker-\(id).scope", "container 0a0a0a0a0a0a", "docker stop 0a0a0a0a0a0a"),
      ("/machine.slice/libpod-\(id).scope", "container 0a0a0a0a0a0a", "podman stop 0a0a0a0a0a0a"),
      ("/lxc.payload.it's/x.service", "container it's", "lxc-stop -n 'it'\\''s'"),
      ("/machine.slice/systemd-nspawn@box.service", "container box", "machinectl stop box"),
    ]
    for (cgroup, name, command) in cases {
      let target = try Self.plan([Self.process(10, cgroup: cgroup)]).targets.first
      #expect(target?.supervisor?.name == name, "\(cgroup)")
      #expect(target?.supervisor?.stopCommand == command, "\(cgroup)")
    }
    let proxy = try Self.plan([Self.process(10, command: "docker-proxy", cgroup: "/system.slice/docker.service")])
    #expect(
      proxy.targets.first?.supervisor?.stopCommand == "docker stop $(docker ps -q --filter publish=80)")
  }

  @Test func whatRunsThisCommandIsNoSupervisor() throws {
    var surroundings = Surroundings(pid: 99)
    surroundings.ancestors = [50, 1]
    surroundings.cgroup = CgroupPath(Array("/system.slice/ssh.service".utf8))
    let plan = try Self.plan(
      [
        Self.process(50, cgroup: "/system.slice/ssh.service"), Self.process(51, cgroup: "/system.slice/ssh.service"),
        Self.process(99),
      ], surroundings)
    #expect(plan.targets.map(\.standing) == [.ancestor, .ordinary, .itself])
    #expect(plan.targets.allSatisfy { $0.supervisor == nil })
    #expect(plan.signalled.map(\.process.pid) == [50, 51])
  }

  @Test func aNewProcessIsNamedWithWhatStartsItAgain() {
    let server = Self.process(90)
    #expect(Newcomer(details: server).sentence.hasPrefix("nginx(90) is new, a child of process 1; "))
    let first = Newcomer(details: server, starter: Self.process(1, command: "sh"))
    #expect(
      first.sentence
        == "nginx(90) is new: the first process, sh(1), started it again; stop the container or the machine")
    let shell = Newcomer(details: server, starter: Self.process(80, command: "sh"))
    #expect(
      shell.sentence
        == "nginx(90) is new: sh(80) started it again; end that process first with 'kill 80', and then run this again")
  }

  /// A container's port of both protocols is named as one of TCP, and one of UDP alone as such.
  @Test func aForwarderIsStoppedByItsPort() throws {
    let proxy = Self.process(10, command: "docker-proxy", cgroup: "/system.slice/docker.service")
    for (transports, name) in [([.tcp], "80"), ([.tcp, .udp], "80"), ([.udp], "80/udp")]
      as [([TransportProtocol], String)]
    {
      let claim = PortClaim(port: try PortArgument(parsing: "80"), transports: transports)
      let target = EndingTarget(details: proxy, holds: [], Surroundings(pid: 99), claim)
      #expect(target.supervisor?.stopCommand == "docker stop $(docker ps -q --filter publish=\(name))")
    }
  }

  /// One socket whose holder is hidden is reason enough to ask for more rights.
  @Test func ofSeveralUnheldSocketsOneMayBeHidden() throws {
    let hidden = HolderList(entries: [], reasons: [.unreadableProcess])
    let lost = HolderList(entries: [], reasons: [.kernel])
    let claim = PortClaim(port: try PortArgument(parsing: "80"), transports: [.tcp])
    func status(_ lists: [HolderList]) throws -> SockDiagCommand.ExitStatus? {
      let sockets = try lists.enumerated().map { (try Self.socket($0 + 5), $1) }
      return EndingRefusal.unheld(EndingPlan(claim, sockets, Surroundings(pid: 99)))?.status
    }
    #expect(try status([hidden]) == .noPermission && status([lost]) == .system)
    #expect(try status([lost, hidden]) == .noPermission && status([hidden, lost]) == .noPermission)
  }

  @Test func theTimeOfARecordIsRoundedUp() throws {
    let claim = PortClaim(port: try PortArgument(parsing: "80"), transports: [.tcp])
    let record = try Samples.socket(
      """
      {"protocol":"tcp","family":"inet","state":"time-wait","local":{"address":"127.0.0.1","port":80},\
      "remote":{"address":"127.0.0.1","port":4000},"inode":0,"uid":0,"receive_queue":0,"send_queue":0,\
      "timer":{"kind":"time-wait","expires_ms":1500,"retransmits":0}}
      """)
    let refusal = EndingRefusal.nothing(PortSockets([record], of: claim), claim, other: nil)
    #expect(refusal.message.contains("there is 1 record of closed connections, the last of which ends in 2 s; "))
  }

  @Test func whyASignalFailedIsThereForPrograms() throws {
    let plan = try Self.plan([Self.process(10), Self.process(11)])
    let aftermath = Aftermath(claim: plan.claim, diagnoses: [])
    var text: [UInt8] = []
    text.appendJSON(EndingFields(plan: plan, outcomes: [.failed(38), .ended], aftermath: aftermath))
    let json = try JSONValue(parsing: text)
    let processes = try #require(json["processes"]?.elements)
    #expect(processes.map { $0["outcome"] } == [.string("failed"), .string("ended")])
    #expect(processes.map { $0["errno"] } == [.number(38), nil])
  }

  /// With no address given, only the interface can rule a socket out. One without an interface always matches.
  @Test func anInterfaceOfAClaimMeetsSocketsOfAllInterfaces() throws {
    let claim = PortClaim(port: try PortArgument(parsing: "*%lo:80"), transports: [.tcp])
    var socket = try Self.socket(5)
    for (interface, isMet) in [(0, true), (1, true), (7, false)] as [(UInt32, Bool)] {
      socket.interfaceIndex = interface
      #expect(claim.meets(socket) == isMet, "\(interface)")
    }
  }

  /// Whichever of the processes it is that a unit runs.
  @Test func anySupervisedProcessTakesTheOption() throws {
    let plain = Self.process(70)
    let supervised = Self.process(80, cgroup: "/system.slice/nginx.service")
    for processes in [[plain, supervised], [supervised, plain], [supervised]] {
      let refusal = EndingRefusal.supervised(try Self.plan(processes))
      #expect(refusal?.message.hasPrefix("nginx(80) is run by nginx.service, ") == true)
    }
    #expect(EndingRefusal.supervised(try Self.plan([plain])) == nil)
  }

  @Test func whatASocketUnitHoldsIsGivenBackByStoppingIt() throws {
    let manager = Self.process(1, command: "systemd", cgroup: "/init.scope")
    let service = Self.process(70, cgroup: "/system.slice/cups.service")
    let plan = try Self.plan([manager, service])
    #expect(plan.managers.map(\.process.pid) == [1])
    let unknown = EndingRefusal.reason(plan) { _ in nil }
    #expect(
      unknown?.message == """
        systemd holds port 80 for one of its .socket units; 'systemctl list-sockets' shows which, and 'systemctl stop \
        NAME.socket' ends it
        """)
    let known = EndingRefusal.reason(plan) { _ in SystemdUnit(name: "cups.socket", slice: "system.slice") }
    #expect(known?.message == "systemd holds port 80 for cups.socket; run 'systemctl stop cups.socket'")
    #expect(known?.status == .system)

    let user = Self.process(
      60, command: "systemd", cgroup: "/user.slice/user-0.slice/user@0.service/init.scope")
    #expect(EndingRefusal.reason(try Self.plan([user])) { _ in nil }?.message.contains("--user list-sockets") == true)
    let other = try Self.plan([Self.process(1, command: "nginx")])
    #expect(
      EndingRefusal.reason(other) { _ in nil }?.message.hasPrefix("nginx(1) holds port 80 and is the first") == true)
  }

  @Test func namesAndArgumentsAreOtherPeoplesWords() throws {
    var process = Self.process(10, command: "\u{1b}[2J a\n")
    process.arguments = [Array("x\u{1b}]0;\u{7}".utf8), [0xff, 0x0a]]
    process.uid = 7
    let plan = try Self.plan([process])
    let target = try #require(plan.targets.first)
    #expect(target.name == "\\x1b[2J\\x20a\\x0a(10)")
    var text: [UInt8] = []
    for line in EndingText.lines(about: target) { text.appendVisible(line.utf8) }
    #expect(text.allSatisfy { $0 >= 0x20 && $0 != 0x7f })
    var document: [UInt8] = []
    document.appendJSON(EndingFields(plan: plan))
    let json = try JSONValue(parsing: document)
    #expect(json["processes"]?.elements.first?["command"] == .string("\u{1b}[2J a\n"))
  }
}
