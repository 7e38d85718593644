import Glibc
import SocketOwners
import Testing

/// The texts of values that an embedding program may print.
@Suite struct DescriptionTests {
  @Test(
    arguments: [
      ([], "it has just ended"),
      (.fixedFile, "an io_uring may hold it"),
      ([.kernel, .unreadableThread], "the kernel itself may hold it, or a thread could not be read"),
    ] as [(MissingHolder.Reasons, String)])
  func reasonsReadAsASentence(_ reasons: MissingHolder.Reasons, _ text: String) {
    #expect(reasons.description == text)
  }

  @Test func everyReasonHasANameAndAClause() {
    for bit in 0..<10 {
      let reason = MissingHolder.Reasons(rawValue: 1 << bit)
      #expect(reason.names.count == 1)
      #expect(reason.description != MissingHolder.Reasons().description)
    }
    #expect(MissingHolder.Reasons(rawValue: 1 << 10).names.isEmpty)
  }

  @Test func missingHolderNamesItsSocket() {
    let missing = MissingHolder(inode: 7, possibleReasons: .noProcess)
    #expect(missing.description == "no process was found that holds socket 7: the kernel has it alone")
  }

  @Test func obstaclesAreCountedAndJoined() {
    var obstacles = SearchObstacles()
    #expect(obstacles.description == "no obstacles")
    (obstacles.unreadableProcesses, obstacles.unreadableRings, obstacles.hidesProcesses) = (2, 1, true)
    obstacles.descriptorsInFlight = [.init(pid: 12, descriptor: 8, count: 3)]
    #expect(
      obstacles.description
        == "2 processes may not be read; 1 io_uring could not be read; proc hides processes of other users; "
        + "3 descriptors wait at descriptor 8 of process 12")
  }

  @Test func workIsAListOfNumbers() {
    var work = SearchWork()
    (work.processesExamined, work.linksRead) = (3, 40)
    #expect(
      work.description
        == "processes examined: 3, tables opened: 0, links read: 40, files read: 0, directories opened: 0")
  }

  @Test func holderNamesProcessAndDescriptor() {
    #expect(SocketHolder(pid: 12, descriptor: 8).description == "process 12 by descriptor 8")
    #expect(SocketHolder(pid: 12, descriptor: 8, threadID: 14).description == "process 12, thread 14, by descriptor 8")
    #expect(
      SocketHolder(pid: 12, descriptor: 8, fixedFileSlot: 2).description == "process 12 by fixed file 2 of io_uring 8")
  }

  @Test func outcomesAreSentences() {
    #expect(SignalOutcome.gone.description == "the process has ended")
    #expect(SignalOutcome.denied(EPERM).description == "the signal is not permitted: Operation not permitted")
  }

  @Test(
    arguments: [
      (.unit(SystemdUnit(name: "web\\x2da.service")), "service web-a.service"),
      (.unit(SystemdUnit(name: "web.service", managerUID: 1000)), "service web.service of user 1000"),
      (.container(Container(runtime: .lxc, id: "web")), "lxc container web"),
      (
        .container(Container(runtime: .docker, id: String(repeating: "0123456789abcdef", count: 4))),
        "docker container 0123456789ab"
      ),
      (
        .forwarder(PortForwarder(.incus, device: .init(container: "web", name: "http"))),
        "port forwarder of incus for container web"
      ),
      (.socketActivation(managerUID: nil), "socket activation by systemd"),
      (.firstProcess, "the first process of its pid namespace"),
    ] as [(ProcessSupervision, String)])
  func supervisorIsNamed(_ supervision: ProcessSupervision, _ text: String) {
    #expect(supervision.description == text)
  }
}
