import BindDiagnosis
import Glibc
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import SocketOwners
import Synchronization
import Testing

@testable import PortControl

/// Changes between the look and the signals, which cannot be timed from a command line.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct EndingTests {
  private static let options = EndingOptions(signal: .terminate, grace: .seconds(10), kills: true)

  private static func ending(_ transports: [TransportProtocol] = [.tcp]) throws -> PortEnding {
    try PortEnding(PortSelection(8080, transports))
  }

  @Test func processThatClosedTheSocketIsNotSignalled() async throws {
    try await Laboratory.withNew { laboratory in
      let subject = try #require(try Subject.holders(laboratory, [Subject.Script.dropping]).first)
      var ending = try Self.ending()
      #expect(ending.plan.targets.map(\.process.pid) == [subject.pid])
      subject.tell("drop it")
      #expect(subject.hear() == "dropped")
      #expect(ending.endAll(Self.options) == [.notHolding])
      #expect(subject.isRunning)
      #expect(try ending.observePort(for: .zero, after: [.notHolding]).isFree)
    }
  }

  /// The first of two sockets is closed after the look. The other one is enough for a signal.
  @Test func processThatStillHoldsOneOfTwoSocketsIsSignalled() async throws {
    try await Laboratory.withNew { laboratory in
      let first = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8080))
      let second = try laboratory.tcpListener(on: LabEndpoint(.v4(127, 0, 0, 2), 8080))
      let inodes = [first.inode, second.inode]
      let subject = try Subject(Subject.Script.dropping, holding: [first, second])
      try Subject.waitUntilAloneWith(inodes, [subject])
      var ending = try Self.ending()
      #expect(ending.plan.targets.map(\.holds.count) == [2])
      subject.tell("drop it")
      #expect(subject.hear() == "dropped")
      // Descriptor 9, which was closed, comes first.
      ending.plan.targets[0].holds.sort { $0.holder.descriptor > $1.holder.descriptor }
      #expect(ending.endAll(Self.options) == [.ended])
      #expect(subject.endingSignal == SIGTERM)
    }
  }

  @Test func processWithAnotherSocketAtTheDescriptorIsNotSignalled() async throws {
    try await Laboratory.withNew { laboratory in
      let other = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8081))
      let socket = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8080))
      let inode = socket.inode
      // Descriptor 9 becomes the listener of the other port.
      let subject = try Subject(
        "echo ready; read line; exec 9>&8; echo dropped; read line", holding: [socket, other])
      try Subject.waitUntilAloneWith([inode], [subject])
      let ending = try Self.ending()
      subject.tell("exchange it")
      #expect(subject.hear() == "dropped")
      #expect(ending.endAll(Self.options) == [.notHolding])
      #expect(subject.isRunning)
    }
  }

  /// The id of the holder belongs to a process that started later.
  @Test func processWithAReusedIDIsNotSignalled() async throws {
    try await Laboratory.withNew { laboratory in
      let subject = try #require(try Subject.holders(laboratory, [Subject.Script.plain]).first)
      var ending = try Self.ending()
      ending.plan.targets[0].details.process.startTicks -= 1
      #expect(ending.endAll(Self.options) == [.gone])
      #expect(subject.isRunning)
    }
  }

  @Test func endedProcessIsReportedAsGone() async throws {
    try await Laboratory.withNew { laboratory in
      let subject = try #require(try Subject.holders(laboratory, [Subject.Script.plain]).first)
      let ending = try Self.ending()
      subject.end()
      #expect(ending.endAll(Self.options) == [.gone])
    }
  }

  // MARK: Between the signals

  /// Takes signals and sends only SIGKILL on. A test can act before a process is opened or signalled.
  private struct Kernel: ProcessSignals {
    var opening: @Sendable (_ count: Int) -> Void = { _ in }
    var sending: @Sendable () -> Void = {}
    private let opened = Counter()

    /// A class, since atomics do not move.
    private final class Counter: Sendable { let count = Atomic<Int>(0) }

    init(opening: @escaping @Sendable (_ count: Int) -> Void) { self.opening = opening }

    init(sending: @escaping @Sendable () -> Void) { self.sending = sending }

    func open(_ pid: Int32) -> Int32 {
      opening(opened.count.add(1, ordering: .relaxed).newValue)
      return KernelSignals().open(pid)
    }

    func send(_ signal: Int32, to process: Int32) -> Int32 {
      sending()
      return signal == SIGKILL ? KernelSignals().send(signal, to: process) : 0
    }
  }

  private static func options(grace: Duration, kills: Bool = true) -> EndingOptions {
    EndingOptions(signal: .terminate, grace: grace, kills: kills)
  }

  @Test func processThatEndsBeforeSIGKILLWasEndedByTheFirstSignal() async throws {
    try await Laboratory.withNew { laboratory in
      // SAFETY: the closure is called by this thread, during the one call below.
      nonisolated(unsafe) let subject = try #require(
        try Subject.holders(laboratory, [Subject.Script.plain]).first)
      let kernel = Kernel(opening: { count in if count == 2 { unsafe subject.end() } })
      #expect(try Self.ending().endAll(Self.options(grace: .milliseconds(50)), by: kernel) == [.ended])
    }
  }

  @Test func processThatClosesTheSocketBeforeSIGKILLIsNotKilled() async throws {
    try await Laboratory.withNew { laboratory in
      // SAFETY: as above.
      nonisolated(unsafe) let subject = try #require(
        try Subject.holders(laboratory, [Subject.Script.dropping]).first)
      let kernel = Kernel(opening: { count in
        guard count == 2 else { return }
        unsafe subject.tell("drop it")
        _ = unsafe subject.hear()
      })
      #expect(try Self.ending().endAll(Self.options(grace: .milliseconds(50)), by: kernel) == [.released])
      #expect(unsafe subject.isRunning)
    }
  }

  @Test func processThatClosesTheSocketOnTheSignalHasReleasedThePort() async throws {
    try await Laboratory.withNew { laboratory in
      let subject = try #require(try Subject.holders(laboratory, [Subject.Script.draining]).first)
      #expect(try Self.ending().endAll(Self.options(grace: .seconds(2), kills: false)) == [.released])
      #expect(subject.isRunning)
    }
  }

  /// A cancelled task sends no first signal, and after a first signal no second one.
  @Test func cancelledEndingSendsNoFurtherSignal() async throws {
    try await Laboratory.withNew { laboratory in
      let subject = try #require(try Subject.holders(laboratory, [Subject.Script.stubborn]).first)
      var ending = try Self.ending()
      #expect(ending.endAll(Self.options, isCancelled: { true }) == [.spared])
      let begin = ContinuousClock.now
      let isOver = { begin.duration(to: .now) > .milliseconds(300) }
      #expect(ending.endAll(Self.options(grace: .seconds(50)), isCancelled: isOver) == [.running])
      #expect(subject.isRunning && begin.duration(to: .now) < .seconds(20))
      #expect(try ending.observePort(for: .seconds(50), after: [.running], isCancelled: { true }).verdict == .conflict)
    }
  }

  /// A /proc in which descriptors may no longer be read from some moment on.
  private final class ClosingProc: DirectoryOperations {
    private let kernel = KernelDirectories()
    let isClosed = Atomic<Bool>(false)

    func openDirectory(_ path: ProcPath, in directory: Int32) -> Int32 {
      let isTable = isClosed.load(ordering: .relaxed) && path.text.hasSuffix("/fd")
      return isTable ? -EACCES : kernel.openDirectory(path, in: directory)
    }
    func close(_ directory: Int32) { kernel.close(directory) }
    func entries(of directory: Int32, into buffer: inout [UInt8]) -> Int {
      kernel.entries(of: directory, into: &buffer)
    }
    func link(_ path: ProcPath, in directory: Int32, into buffer: inout [UInt8]) -> Int {
      kernel.link(path, in: directory, into: &buffer)
    }
    func contents(_ path: ProcPath, in directory: Int32, limit: Int, into bytes: inout [UInt8]) -> Int32 {
      kernel.contents(path, in: directory, limit: limit, into: &bytes)
    }
    func status(_ path: ProcPath, in directory: Int32, into status: inout FileStatus) -> Int32 {
      kernel.status(path, in: directory, into: &status)
    }
    func compareTables(_ first: Int32, _ second: Int32) -> Int32 { kernel.compareTables(first, second) }
    func isProc(_ directory: Int32) -> Bool { kernel.isProc(directory) }
  }

  /// A server may make itself unreadable and still hold the socket.
  @Test func unreadableProcessDoesNotCountAsReleased() async throws {
    try await Laboratory.withNew { laboratory in
      let subject = try #require(try Subject.holders(laboratory, [Subject.Script.plain]).first)
      var ending = try Self.ending()
      let proc = ClosingProc()
      ending.owners = try OwnerFinder(proc, procRoot: "/proc")
      let kernel = Kernel(sending: { proc.isClosed.store(true, ordering: .relaxed) })
      #expect(ending.endAll(Self.options(grace: .milliseconds(50), kills: false), by: kernel) == [.running])
      #expect(subject.isRunning)
    }
  }

  /// systemd makes a socket in the cgroup of its unit, and passes it to the service.
  @Test(
    .enabled(if: TemporaryCgroup.isPermitted, "needs the right to make cgroups"), arguments: [".socket", ".service"])
  func socketUnitIsFoundByCgroup(_ suffix: String) async throws {
    let (units, expected) = try await Laboratory.withNew { laboratory in
      let cgroup = try laboratory.cgroup(named: "sockdiag-test", suffix: suffix)
      let socket = try laboratory.socket(.tcp, v6: false, in: cgroup)
      try socket.bind(to: LabEndpoint(.loopbackV4, 8080))
      try socket.listen(backlog: 1)
      let inode = socket.inode
      let subject = try Subject(Subject.Script.plain, holding: [socket])
      try Subject.waitUntilAloneWith([inode], [subject])
      var ending = try Self.ending()
      let none = PortEnding.socketUnits(ending.plan, &ending.owners)
      ending.plan.targets[0].standing = .systemd(managerUID: nil)
      let units = PortEnding.socketUnits(ending.plan, &ending.owners).mapValues(\.name)
      return ([none.mapValues(\.name), units], [[:], suffix == ".socket" ? [inode: cgroup.name] : [:]])
    }
    #expect(units == expected)
  }

  @Test func newHolderIsReported() async throws {
    try await Laboratory.withNew { laboratory in
      let subject = try #require(try Subject.holders(laboratory, [Subject.Script.plain]).first)
      var ending = try Self.ending()
      ending.plan.targets[0].supervision = .unit(SystemdUnit(name: "x.service", slice: "system.slice"))
      #expect(ending.endAll(Self.options) == [.ended])
      #expect(subject.endingSignal == SIGTERM)
      let next = try #require(try Subject.holders(laboratory, [Subject.Script.plain]).first)
      let result = try ending.observePort(for: .zero, after: [.ended])
      #expect(!result.isFree && result.verdict == .conflict)
      #expect(result.unlistedHolders.map(\.details.process.pid) == [next.pid])
      let holder = "sh (pid \(next.pid), root)"
      #expect(
        "\(result)"
          == "8080/tcp is in use by \(holder); \(holder) is new, a child of process \(getpid())")
    }
  }

  /// A parent starts another child, which may bind the port later.
  @Test func startedProcessWithoutThePortIsNamed() async throws {
    let parent =
      "exec 7<&0; sh -c 'echo ready; read line' <&7 & exec 9>&-; wait; sh -c 'read line' <&7 & echo again; wait"
    try await Laboratory.withNew { laboratory in
      let socket = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8080))
      let inode = socket.inode
      let subject = try Subject(parent, holding: [socket])
      try Subject.waitUntilAloneWith([inode], [], children: 1)
      var ending = try Self.ending()
      #expect(ending.plan.targets.count == 1 && ending.plan.targets.first?.process.pid != subject.pid)
      #expect(ending.endAll(Self.options) == [.ended])
      #expect(subject.hear() == "again")
      let result = try ending.observePort(for: .milliseconds(200), after: [.ended])
      #expect(result.isFree && result.unlistedHolders.isEmpty)
      #expect(result.startedProcesses.map(\.details.parent) == [subject.pid])
    }
  }

  /// A unit may start its service again within seconds.
  @Test func portOfAUnitIsObservedForTheWholeTime() async throws {
    try await Laboratory.withNew { laboratory in
      let subject = try #require(try Subject.holders(laboratory, [Subject.Script.plain]).first)
      var ending = try Self.ending()
      ending.plan.targets[0].supervision = .unit(SystemdUnit(name: "x.service", slice: "system.slice"))
      #expect(ending.endAll(Self.options) == [.ended])
      #expect(subject.endingSignal == SIGTERM)
      let begin = ContinuousClock.now
      #expect(try ending.observePort(for: .seconds(2), after: [.ended]).isFree)
      #expect(begin.duration(to: .now) >= .seconds(2))
    }
  }

  /// A record that expires while the port is observed is waited for. One that stays longer is not.
  @Test func recordThatExpiresDuringObservationIsWaitedFor() async throws {
    try await Laboratory.withNew { laboratory in
      try laboratory.namespace.set("net.ipv4.tcp_fin_timeout", to: 2)
      let place = LabEndpoint(.loopbackV4, 8080)
      let pair = try laboratory.connectedPair(to: place)
      let client = try pair.client.local()
      pair.listener.close()
      pair.server.close()
      try laboratory.wait(for: [.brought(to: .finWait2, local: place, remote: client, closed: true)])
      try withExtendedLifetime(pair) {
        var ending = try Self.ending()
        #expect(try ending.observePort(for: .zero, after: []).isBlockedByRecordsOnly)
        #expect(try ending.observePort(for: .seconds(30), after: []).isFree)
        // A minute is longer than the port is observed.
        try laboratory.leaveTimeWait(on: place)
        let begin = ContinuousClock.now
        #expect(try ending.observePort(for: .seconds(30), after: []).isBlockedByRecordsOnly)
        #expect(begin.duration(to: .now) < .seconds(20))
      }
    }
  }

  /// A record expires, but the listener beside it does not.
  @Test func listenerBesideARecordDoesNotExpire() async throws {
    try await Laboratory.withNew { laboratory in
      let place = LabEndpoint(.loopbackV4, 8080)
      try laboratory.leaveTimeWait(on: place, options: [.reuseAddress])
      var ending = try Self.ending()
      let before = try ending.observePort(for: .zero, after: [])
      #expect(before.isBlockedByRecordsOnly && before.verdict == .conflict)
      let listener = try laboratory.tcpListener(on: place, options: [.reuseAddress])
      try withExtendedLifetime(listener) {
        let after = try ending.observePort(for: .zero, after: [])
        #expect(after.blockers.count == 2)
        #expect(!after.isBlockedByRecordsOnly && after.verdict == .conflict)
      }
    }
  }

  @Test(.enabled(if: TemporaryCgroup.isPermitted, "needs the right to make cgroups"))
  func processRestartedByAUnitIsReportedWithTheUnit() async throws {
    try await Laboratory.withNew { laboratory in
      let cgroup = try laboratory.cgroup(named: "sockdiag-test", suffix: ".service")
      let subject = try #require(try Subject.holders(laboratory, [Subject.Script.plain]).first)
      try cgroup.add(subject.pid)
      var ending = try Self.ending()
      #expect(ending.endAll(Self.options) == [.ended])
      let next = try #require(try Subject.holders(laboratory, [Subject.Script.plain]).first)
      defer { for process in [subject, next] { process.end() } }
      try cgroup.add(next.pid)
      #expect(
        try ending.observePort(for: .zero, after: [.ended]).unlistedHolders.map { "\($0)" } == [
          "sh (pid \(next.pid), root) is new: \(cgroup.name) started it again"
        ])
    }
  }

  /// A selection covers the sockets with which the kernel refuses a bind().
  @Test func coveredSocketsAreThoseThatMakeBindFail() async throws {
    let places: [(LabAddress, String, [SocketOption])] = [
      (.anyV4, "0.0.0.0", []), (.loopbackV4, "127.0.0.1", []), (.v4(127, 0, 0, 2), "127.0.0.2", []),
      (.anyV6, "[::]", [.v6Only(false)]), (.anyV6, "", [.v6Only(true)]), (.loopbackV6, "[::1]", []),
      (LabAddress.loopbackV4.mapped, "[::ffff:127.0.0.1]", [.v6Only(false)]),
    ]
    let faults = try await Laboratory.withNew { laboratory in
      var faults: [String] = []
      for (held, _, options) in places {
        let listener = try laboratory.tcpListener(on: LabEndpoint(held, 8080), options: options)
        let socket = try #require(try SocketInspector.sockets(.tcp, in: .listen).first)
        for (wanted, text, options) in places where !text.isEmpty {
          let candidate = try laboratory.socket(.tcp, v6: wanted.isV6, options: options)
          let isRefused = (try? candidate.bind(to: LabEndpoint(wanted, 8080))) == nil
          candidate.close()
          let selection = try PortSelection.written("\(text):8080")
          if selection.covers(socket) != isRefused { faults.append("\(socket) and \(text): \(isRefused)") }
        }
        listener.close()
      }
      return faults
    }
    #expect(faults == [])
  }
}
