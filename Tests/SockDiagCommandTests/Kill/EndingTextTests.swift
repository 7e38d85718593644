import BindDiagnosis
import Glibc
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import SocketOwners
import Testing

@testable import PortControl
@testable import SockDiagCommand

/// The sentences of `kill`, for results that no test server can cause.
struct EndingTextTests {
  private static func selection(_ text: String = "80", _ transports: [TransportProtocol] = [.tcp]) throws
    -> PortArguments
  {
    PortArguments(port: try PortArgument(parsing: text), transports: transports)
  }

  private static func process(_ pid: Int32, arguments: [String]? = nil) -> ProcessDetails {
    var details = ProcessDetails(process: HoldingProcess(pid: pid, startTicks: 7), command: Array("nginx".utf8))
    details.arguments = arguments?.map { Array($0.utf8) }
    return details
  }

  private static func socket(_ transport: String = "tcp") throws -> InetSocket {
    try Samples.socket(
      """
      {"protocol":"\(transport)","family":"inet","state":"\(transport == "tcp" ? "listen" : "close")",\
      "local":{"address":"0.0.0.0","port":80},"remote":{"address":"0.0.0.0","port":0},"inode":5,"uid":0,\
      "receive_queue":0,"send_queue":0}
      """)
  }

  private static func held(_ transport: String = "tcp", by pids: [Int32]) throws -> HeldSocket {
    HeldSocket(
      try socket(transport), pids.map { KnownHolder(SocketHolder(pid: $0, descriptor: 3), process($0)) })
  }

  private static func plan(_ sockets: [HeldSocket]) throws -> EndingPlan {
    EndingPlan(try selection().selection, sockets, OwnProcess(pid: 99))
  }

  // MARK: Outcomes

  private static let outcomes: [EndingOutcome] = [
    .ended, .killed, .gone, .notHolding, .released, .running, .denied(EPERM), .failed(ENOSYS), .failed(EXDEV),
    .failed(ENOMEM), .spared,
  ]

  @Test func outcomesAreDistinguishable() throws {
    let target = try #require(try Self.plan([try Self.held(by: [7])]).targets.first)
    let lines = Self.outcomes.map { EndingText.line(about: target.details.words, $0, EndingOptions()) }
    #expect(Set(lines).count == Self.outcomes.count)
    #expect(lines.allSatisfy { $0.hasPrefix("nginx (pid 7): ") })
    let patient = EndingOptions(grace: .seconds(2), kills: false)
    #expect(
      EndingText.line(about: target.details.words, .running, patient) == "nginx (pid 7): still runs, 2s after SIGTERM")
    #expect(lines[5] == "nginx (pid 7): still runs after SIGKILL; it may wait for a disk or a device")
    #expect(lines[7].contains("Linux 5.3") && lines[8].contains("PID namespace"))
  }

  @Test func outcomesThatReleaseThePortAreSuccesses() {
    #expect(Self.outcomes.map(\.releasesPort) == Array(repeating: true, count: 5) + Array(repeating: false, count: 6))
    #expect(
      Self.outcomes.map(\.status)
        == Array(repeating: .success, count: 5) + [.system, .noPermission, .system, .system, .system, .system])
  }

  @Test func everyStandingButOrdinaryHasItsOwnLine() throws {
    var target = try #require(try Self.plan([try Self.held(by: [7])]).targets.first)
    #expect(EndingText.lines(about: target, nil) == ["nginx(7)"])
    var lines: Set<String> = []
    for standing in [.ancestor, .itself, .systemd(managerUID: nil), .firstProcess] as [EndingTarget.Standing] {
      target.standing = standing
      lines.insert(try #require(EndingText.lines(about: target, nil).last))
      #expect(standing.isEndable == (standing == .ancestor))
    }
    #expect(lines.count == 4 && lines.allSatisfy { $0.hasPrefix("  ") })
    target.standing = .ordinary
    let supervisor = Supervisor(name: "x.service", stopCommand: "systemctl stop x.service")
    #expect(
      EndingText.lines(about: target, supervisor).last
        == "  run by x.service, which may start it again; 'systemctl stop x.service' ends it for good")
  }

  // MARK: Questions

  private static func question(_ plan: EndingPlan) -> String {
    String(decoding: EndingQuestion(plan).text("Ends", .plain), as: UTF8.self)
  }

  @Test func questionNamesTheProcessFirst() throws {
    #expect(Self.question(try Self.plan([try Self.held(by: [7])])) == "Ends nginx (pid 7).\n")
  }

  @Test func workersAreCountedBesideTheirParent() throws {
    var processes = [Self.process(7, arguments: ["nginx", "-g", "daemon off;"]), Self.process(8), Self.process(9)]
    processes[1].parent = 7
    processes[2].parent = 7
    let holders = processes.map { KnownHolder(SocketHolder(pid: $0.process.pid, descriptor: 3), $0) }
    let plan = try Self.plan([HeldSocket(try Self.socket(), holders)])
    #expect(Self.question(plan) == "Ends nginx (pid 7) and 2 workers.\n    nginx -g daemon off;\n")
    let lines = EndingText.lines(plan.targets, [.ended, .ended, .ended], EndingOptions())
    #expect(lines == ["nginx (pid 7) and 2 workers: ended by SIGTERM"])
    let mixed = EndingText.lines(plan.targets, [.ended, .killed, .ended], EndingOptions())
    #expect(mixed.count == 2 && mixed.first == "nginx (pid 7) and 1 worker: ended by SIGTERM")
  }

  @Test func supervisorIsNamedWithTheCommandThatStopsIt() throws {
    var process = Self.process(7)
    process.cgroup = CgroupPath(Array("/system.slice/nginx.service".utf8))
    let holder = KnownHolder(SocketHolder(pid: 7, descriptor: 3), process)
    let plan = try Self.plan([HeldSocket(try Self.socket(), [holder])])
    #expect(
      Self.question(plan) == """
        Ends nginx (pid 7).
        It is run by nginx.service, which may start it again; 'systemctl stop
        nginx.service' keeps it down.

        """)
  }

  @Test func portsAreNamedIfThereAreSeveral() throws {
    let ranges = try PortRangeArgument.parse(["80", "9000-9010"])
    let arguments = PortArguments(ranges.map { .init(range: $0, transports: [.tcp]) })
    let plan = EndingPlan(arguments.selection, [try Self.held(by: [7])], OwnProcess(pid: 99))
    #expect(Self.question(plan) == "Ends nginx (pid 7) on port 80.\n")
    #expect(plan.idle?.description == "ports 9000-9010")
    #expect(arguments.description == "ports 80 and 9000-9010")
    #expect(arguments.fullDescription == "TCP ports 80 and 9000-9010")
    #expect(
      EndingRefusal.noHolder(arguments.selection).failure(arguments)
        == CommandFailure(.negative, "no process holds any of the ports 80 and 9000-9010"))
    #expect(arguments.command("wait", .tcp, "--free", namespace: nil) == "sockdiag wait 80 9000-9010 --free")
  }

  // MARK: Refusals

  @Test func planWithoutAProcessToEndIsRefused() throws {
    func message(_ plan: EndingPlan) -> String? {
      (try? Self.selection()).flatMap { plan.refusal()?.failure($0).message }
    }
    #expect(message(try Self.plan([try Self.held(by: [7])])) == nil)
    #expect(message(try Self.plan([try Self.held(by: [99, 7])])) == nil)
    #expect(
      message(try Self.plan([try Self.held(by: [99])])) == "only this command holds port 80: it inherited the socket")
    var held = try Self.held(by: [7])
    held.holders[0].process = nil
    let ended = try Self.plan([held])
    #expect(message(ended) == "the process that held port 80 has just ended")
    #expect(ended.refusal()?.failure(try Self.selection()).status == .negative)
  }

  @Test func unknownHoldersAreReportedWithTheReason() throws {
    func failure(_ transports: [String], _ reasons: MissingHolder.Reasons) throws -> CommandFailure {
      let sockets = try transports.map {
        HeldSocket(try Self.socket($0), [], missing: reasons)
      }
      return EndingRefusal.unknownHolders(sockets).failure(try Self.selection())
    }
    let one = try failure(["tcp"], .kernel)
    #expect(
      one.message == "no process holds tcp 0.0.0.0:80 that could be ended: the kernel itself may hold it"
        && one.status == .system)
    let two = try failure(["tcp", "udp"], .kernel)
    #expect(two.message.hasPrefix("no process holds 2 sockets of it that could be ended: "))
    #expect(two.message.contains("'ip -d link' shows tunnels"))
    let hidden = try failure(["tcp"], .hiddenProcess)
    #expect(hidden.message.hasPrefix("the process that holds tcp 0.0.0.0:80 is hidden from this user; "))
    #expect(hidden.status == .noPermission)
  }

  @Test func hiddenHolderOfTheOtherProtocolHasNoName() throws {
    let refusal = EndingRefusal.onlyOtherProtocol(PortSelection(80, [.udp]), [], PortSelection(80))
    #expect(
      refusal.failure(try Self.selection(), namespace: "blue").message
        == "no process holds TCP port 80, but a process that this user cannot see holds UDP port 80; 'sockdiag kill 80"
        + " --udp --netns blue' ends it")
  }

  @Test func ownersOfSeveralConnectionsAreNamed() throws {
    let held = [try Self.held(by: [7]), try Self.held(by: [8])]
    let message = EndingRefusal.onlyConnections(held, isChoosable: false, PortSelection(80)).failure(
      try Self.selection()
    ).message
    #expect(message.contains(" of 2 connections of nginx (pid 7), nginx (pid 8), accepted by "))
    #expect(message.hasSuffix("; their owners are ended only with --connections"))
  }

  @Test func listOfNamesIsShortened() {
    #expect(NameList.text(["a", "b", "a"]) == "a, b")
    #expect(NameList.text(["a", "b", "c", "d", "e"]) == "a, b, c, d, e")
    #expect(NameList.text(["a", "b", "c", "d", "e", "f", "g"]) == "a, b, c, d, e and 2 more")
  }

  // MARK: Afterwards

  @Test func longCommandLineOfAStarterIsCut() throws {
    let selection = try Self.selection()
    for (length, isCut) in [(115, false), (116, true)] {
      let starter = Self.process(80, arguments: ["node", String(repeating: "x", count: length)])
      let sentence = UnlistedProcess(details: Self.process(90), starter: starter).sentence(selection.selection)
      #expect(sentence.contains("x…')") == isCut, "\(sentence)")
      #expect(sentence.contains("nginx (pid 80) ('node xxx"))
    }
  }

  @Test(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
  func undecidedPortHasItsOwnStatusAndSentence() async throws {
    var diagnosis = try await Laboratory.withNew { _ in
      var diagnostician = try Diagnostician()
      return try diagnostician.diagnose(BindRequest(.tcp, SocketAddress(.anyV4, port: 80), uid: 0))
    }
    let selection = try Self.selection()
    let free = PortAfterEnding(selection.selection, [diagnosis])
    #expect(free.status == .success && free.sentences(selection) == ["port 80 is free"])
    diagnosis.blindSpots.insert(.incompleteList)
    let port = PortAfterEnding(selection.selection, [diagnosis])
    #expect(port.status == .undecided && !port.isFree && !port.isBlockedByRecordsOnly)
    #expect(
      port.sentences(selection, namespace: "blue") == [
        "whether port 80 is free depends on facts that cannot be seen here; 'sockdiag why 80 --netns blue' lists them"
      ])
  }
}
