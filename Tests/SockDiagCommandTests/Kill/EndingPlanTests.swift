import SockDiag
import SocketOwners
import Testing

@testable import PortControl
@testable import SockDiagCommand

/// The processes of a plan, and their order.
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

  private static func plan(_ processes: [ProcessDetails], _ ownProcess: OwnProcess? = nil) throws -> EndingPlan {
    let holders = processes.map { KnownHolder(SocketHolder(pid: $0.process.pid, descriptor: 3), $0) }
    return EndingPlan(ports.selection, [HeldSocket(try socket(5), holders)], ownProcess ?? OwnProcess(pid: 99))
  }

  private static let ports = PortArguments(port: PortArgument(port: 80), transports: [.tcp])

  private static func supervisors(_ plan: EndingPlan) -> [Supervisor] {
    plan.targets.compactMap(\.supervisor)
  }

  private static func refusal(_ plan: EndingPlan, _ units: [UInt32: SystemdUnit] = [:]) -> CommandFailure? {
    plan.refusal(socketUnits: units)?.failure(ports)
  }

  @Test func supervisorsAreNamedWithTheirStopCommand() throws {
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
      let supervisor = Self.supervisors(try Self.plan([Self.process(10, cgroup: cgroup)])).first
      #expect(supervisor?.name == name, "\(cgroup)")
      #expect(supervisor?.stopCommand == command, "\(cgroup)")
    }
    let proxy = try Self.plan([Self.process(10, command: "docker-proxy", cgroup: "/system.slice/docker.service")])
    #expect(
      Self.supervisors(proxy).first?.stopCommand == "docker stop $(docker ps -q --filter publish=80)")
  }

  @Test func newProcessIsNamedWithItsStarter() throws {
    let selection = PortSelection(80)
    let server = Self.process(90)
    #expect(
      UnlistedProcess(details: server).sentence(selection).hasPrefix("nginx (pid 90) is new, a child of process 1; "))
    let unit = SystemdUnit(name: "x.service", slice: "system.slice")
    #expect(
      UnlistedProcess(details: server, supervision: .unit(unit)).sentence(selection)
        == "nginx (pid 90) is new: x.service started it again; 'systemctl stop x.service' ends it for good")
    let first = UnlistedProcess(details: server, starter: Self.process(1, command: "sh"))
    #expect(
      first.sentence(selection)
        == "nginx (pid 90) is new: the first process, sh (pid 1), started it again; stop the container or the machine")
    let shell = UnlistedProcess(details: server, starter: Self.process(80, command: "sh"))
    #expect(
      shell.sentence(selection)
        == "nginx (pid 90) is new: sh (pid 80) started it again; end that process first with 'kill 80', and then run this again"
    )
  }

  /// A port of both protocols is named without a protocol, and one of UDP alone with it.
  @Test func forwarderIsStoppedByPortAndProtocol() throws {
    let proxy = Self.process(10, command: "docker-proxy", cgroup: "/system.slice/docker.service")
    for (transports, name) in [([.tcp], "80"), ([.tcp, .udp], "80"), ([.udp], "80/udp")]
      as [([TransportProtocol], String)]
    {
      let selection = PortSelection(80, transports)
      #expect(
        selection.supervisor(proxy.supervision(holding: 80))?.stopCommand
          == "docker stop $(docker ps -q --filter publish=\(name))")
    }
  }

  /// One socket with a hidden holder is reason enough to ask for more rights.
  @Test func oneHiddenHolderAsksForMoreRights() throws {
    let (hidden, lost): (MissingHolder.Reasons, MissingHolder.Reasons) = (.unreadableProcess, .kernel)
    let selection = PortSelection(80)
    func status(_ reasons: [MissingHolder.Reasons]) throws -> SockDiagCommand.ExitStatus? {
      let sockets = try reasons.enumerated().map { HeldSocket(try Self.socket($0 + 5), [], missing: $1) }
      return Self.refusal(EndingPlan(selection, sockets, OwnProcess(pid: 99)))?.status
    }
    #expect(try status([hidden]) == .noPermission && status([lost]) == .system)
    #expect(try status([lost, hidden]) == .noPermission && status([hidden, lost]) == .noPermission)
  }

  @Test func remainingTimeOfARecordIsRoundedUp() throws {
    let selection = PortSelection(80)
    let record = try Samples.socket(
      """
      {"protocol":"tcp","family":"inet","state":"time-wait","local":{"address":"127.0.0.1","port":80},\
      "remote":{"address":"127.0.0.1","port":4000},"inode":0,"uid":0,"receive_queue":0,"send_queue":0,\
      "timer":{"kind":"time-wait","expires_ms":1500,"retransmits":0}}
      """)
    let found = PortSockets([record], of: selection)
    let refusal = EndingRefusal.onlyRecords(found.leftOver, expireIn: found.leftOverEnd, selection).failure(Self.ports)
    #expect(refusal.message.contains("1 record of a closed connection is left, which expires in 2 s; "))
    let several = EndingRefusal.onlyRecords([record, record], expireIn: nil, selection).failure(Self.ports)
    #expect(several.message.contains(": 2 records of closed connections are left; "))
    #expect(several.message.hasSuffix(" shows and removes them"))
  }

  @Test func jsonHasTheErrnoOfAFailedSignal() throws {
    let plan = try Self.plan([Self.process(10), Self.process(11)])
    let port = PortAfterEnding(plan.selection, [])
    var text: [UInt8] = []
    text.appendJSON(EndingFields(plan: plan, outcomes: [.failed(38), .ended], port: port))
    let json = try JSONValue(parsing: text)
    let processes = try #require(json["processes"]?.elements)
    #expect(processes.map { $0["outcome"] } == [.string("failed"), .string("ended")])
    #expect(processes.map { $0["errno"] } == [.number(38), nil])
  }

  /// The order of the processes does not matter.
  @Test func oneSupervisedProcessNeedsTheOption() throws {
    let plain = Self.process(70)
    let supervised = Self.process(80, cgroup: "/system.slice/nginx.service")
    for processes in [[plain, supervised], [supervised, plain], [supervised]] {
      let plan = try Self.plan(processes)
      let target = try #require(plan.supervised)
      let failure = EndingRefusal.supervised(target).failure(Self.ports)
      #expect(failure.message.hasPrefix("nginx (pid 80) is run by nginx.service, "))
    }
    #expect(try Self.plan([plain]).supervised == nil)
  }

  @Test func socketUnitIsNamedWithTheCommandThatStopsIt() throws {
    let manager = Self.process(1, command: "systemd", cgroup: "/init.scope")
    let service = Self.process(70, cgroup: "/system.slice/cups.service")
    let plan = try Self.plan([manager, service])
    #expect(plan.manager?.process.pid == 1)
    let unknown = Self.refusal(plan)
    #expect(
      unknown?.message == """
        systemd holds port 80 for one of its .socket units; 'systemctl list-sockets' shows which, and 'systemctl stop \
        NAME.socket' ends it
        """)
    let known = Self.refusal(plan, [5: SystemdUnit(name: "cups.socket", slice: "system.slice")])
    #expect(known?.message == "systemd holds port 80 for cups.socket; run 'systemctl stop cups.socket'")
    #expect(known?.status == .system)

    let user = Self.process(
      60, command: "systemd", cgroup: "/user.slice/user-0.slice/user@0.service/init.scope")
    #expect(Self.refusal(try Self.plan([user]))?.message.contains("--user list-sockets") == true)
    let other = try Self.plan([Self.process(1, command: "nginx")])
    #expect(Self.refusal(other)?.message.hasPrefix("nginx (pid 1) holds port 80 and is the first process") == true)
  }

  @Test func hostileNamesAndArgumentsAreEscaped() throws {
    var process = Self.process(10, command: "\u{1b}[2J a\n")
    process.arguments = [Array("x\u{1b}]0;\u{7}".utf8), [0xff, 0x0a]]
    process.uid = 7
    let plan = try Self.plan([process])
    let target = try #require(plan.targets.first)
    #expect(target.details.cellName == "\\x1b[2J\\x20a\\x0a(10)")
    var text: [UInt8] = []
    for line in EndingText.lines(about: target, nil) { text.appendVisible(line.utf8) }
    #expect(text.allSatisfy { $0 >= 0x20 && $0 != 0x7f })
    var document: [UInt8] = []
    document.appendJSON(EndingFields(plan: plan))
    let json = try JSONValue(parsing: document)
    #expect(json["processes"]?.elements.first?["command"] == .string("\u{1b}[2J a\n"))
  }
}
