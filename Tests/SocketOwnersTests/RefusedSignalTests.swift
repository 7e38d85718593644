import Glibc
import SocketOwners
import Synchronization
import Testing

/// Signals that are not sent or not delivered. The outcome has the reason, and no other process receives the signal.
@Suite struct RefusedSignalTests {
  /// Returns the results that a test sets, and counts the signals.
  private final class Kernel: ProcessSignals {
    let opens: Int32
    let sends: Int32
    private let count = Atomic<Int>(0)
    var sent: Int { count.load(ordering: .relaxed) }

    init(opens: Int32 = 0, sends: Int32 = 0) { (self.opens, self.sends) = (opens, sends) }

    /// A descriptor of another file, which the caller closes.
    func open(_ pid: Int32) -> Int32 { opens < 0 ? opens : dup(0) }

    func send(_ signal: Int32, to process: Int32) -> Int32 {
      count.add(1, ordering: .relaxed)
      return sends
    }
  }

  private static func host() -> FakeProc {
    let proc = FakeProc()
    var process = FakeProc.Process(start: 50, files: [3: "socket:[100]", 4: "/dev/null", 5: "anon_inode:[io_uring]"])
    process.threads = [11: [3: "socket:[101]"]]
    process.info[5] = "UserFiles:\t1\n    2: socket:[102]\n"
    proc.processes = [10: process]
    return proc
  }

  private static let process = HoldingProcess(pid: 10, startTicks: 50)
  private static let holder = SocketHolder(pid: 10, descriptor: 3)
  private static let inThread = SocketHolder(pid: 10, descriptor: 3, threadID: 11)
  private static let inRing = SocketHolder(pid: 10, descriptor: 5, fixedFileSlot: 2)

  /// The outcome of a signal, and the answer to the question whether the process holds the socket.
  private func outcome(
    _ proc: FakeProc, _ holder: SocketHolder = holder, of inode: UInt32 = 100, as process: HoldingProcess = process,
    by kernel: Kernel = Kernel()
  ) throws -> (outcome: SignalOutcome, isHeld: Bool?, sent: Int) {
    let owners = try OwnerFinder(proc, procRoot: "/proc")
    let outcome = owners.signal(SIGTERM, holder, of: inode, process: process, by: kernel)
    let isHeld = owners.verify(holder, of: inode, process: process)
    #expect(proc.openDirectories == 1)
    return (outcome, isHeld, kernel.sent)
  }

  @Test func everyKindOfHolderReceivesTheSignal() throws {
    #expect(try outcome(Self.host()) == (.signalled, true, 1))
    #expect(try outcome(Self.host(), Self.inThread, of: 101) == (.signalled, true, 1))
    #expect(try outcome(Self.host(), Self.inRing, of: 102) == (.signalled, true, 1))
  }

  @Test func processIsNotSignalledIfItsDescriptorLeadsElsewhere() throws {
    #expect(try outcome(Self.host(), of: 101) == (.noLongerHolds, false, 0))
    #expect(try outcome(Self.host(), SocketHolder(pid: 10, descriptor: 4)) == (.noLongerHolds, false, 0))
    // Descriptors of other files have the inode 0.
    #expect(try outcome(Self.host(), SocketHolder(pid: 10, descriptor: 4), of: 0) == (.noLongerHolds, false, 0))
    #expect(try outcome(Self.host(), SocketHolder(pid: 10, descriptor: 9)) == (.noLongerHolds, false, 0))
    #expect(try outcome(Self.host(), Self.inRing, of: 100) == (.noLongerHolds, false, 0))
    var slot = Self.inRing
    slot.fixedFileSlot = 1
    #expect(try outcome(Self.host(), slot, of: 102) == (.noLongerHolds, false, 0))
  }

  @Test func otherProcessIsNotSignalled() throws {
    #expect(try outcome(Self.host(), as: HoldingProcess(pid: 10, startTicks: 49)) == (.gone, false, 0))
    #expect(try outcome(Self.host(), as: HoldingProcess(pid: 11, startTicks: 50)) == (.gone, false, 0))
    #expect(
      try outcome(Self.host(), SocketHolder(pid: 12, descriptor: 3), as: HoldingProcess(pid: 12, startTicks: 50))
        == (.gone, false, 0))
  }

  /// The thread that held the socket ends, and its process lives on.
  @Test func endedThreadNoLongerHoldsItsSocket() throws {
    let proc = Self.host()
    proc.processes[10]?.threads = [:]
    #expect(try outcome(proc, Self.inThread, of: 101) == (.noLongerHolds, false, 0))
    // Another process has the id.
    proc.processes[10] = FakeProc.Process(start: 51)
    #expect(try outcome(proc, Self.inThread, of: 101) == (.gone, false, 0))
    proc.processes = [:]
    #expect(try outcome(proc, Self.inThread, of: 101) == (.gone, false, 0))
  }

  @Test(arguments: [EACCES, EPERM]) func unreadableProcessIsDenied(_ errno: Int32) throws {
    for (kind, path) in [
      (FakeProc.Operation.Kind.open, "10/fd"), (.read, "10/fd/../stat"), (.link, "10/fd/3"),
    ] {
      let proc = Self.host()
      proc.fail(kind, path, errno)
      #expect(try outcome(proc) == (.denied(errno), nil, 0), "\(kind)")
    }
    let proc = Self.host()
    proc.fail(.open, "10/task/11/fd", errno)
    #expect(try outcome(proc, Self.inThread, of: 101) == (.denied(errno), nil, 0))
  }

  @Test(arguments: [EIO, EMFILE]) func otherErrorsSayNothingAboutTheProcess(_ errno: Int32) throws {
    let proc = Self.host()
    proc.fail(.link, "10/fd/3", errno)
    #expect(try outcome(proc) == (.unsupported(errno), nil, 0))
    proc.fail(.open, "10/fd", errno)
    #expect(try outcome(proc) == (.unsupported(errno), nil, 0))
  }

  @Test func busyRingDoesNotCountAsEmpty() throws {
    let proc = Self.host()
    proc.processes[10]?.info[5] = "SqMask:\t0\n"
    #expect(try outcome(proc, Self.inRing, of: 102) == (.unsupported(EBUSY), nil, 0))
  }

  @Test func kernelRefusalsAreReported() throws {
    for (errno, expected) in [
      (ESRCH, SignalOutcome.gone), (EPERM, .denied(EPERM)), (EACCES, .denied(EACCES)), (ENOSYS, .unsupported(ENOSYS)),
      (EINVAL, .unsupported(EINVAL)), (EMFILE, .unsupported(EMFILE)),
    ] {
      #expect(try outcome(Self.host(), by: Kernel(opens: -errno)) == (expected, true, 0))
      #expect(try outcome(Self.host(), by: Kernel(sends: -errno)) == (expected, true, 1))
    }
  }
}
