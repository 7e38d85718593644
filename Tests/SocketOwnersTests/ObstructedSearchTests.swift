import Glibc
import SocketOwners
import Synchronization
import Testing

/// Searches in which one file of one process fails, or changes just before it is read.
@Suite struct ObstructedSearchTests {
  /// Three processes with four sockets each. The second one has a thread with a table of its own.
  private static func host() -> FakeProc {
    let proc = FakeProc()
    var processes: [Int32: FakeProc.Process] = [:]
    for pid in Int32(10)...12 {
      var process = FakeProc.Process(start: UInt64(pid))
      for number in UInt32(0)..<4 { _ = process.open("socket:[\(UInt32(pid) * 100 + number)]") }
      processes[pid] = process
    }
    processes[11]?.threads = [111: [7: "socket:[1107]"]]
    proc.processes = processes
    return proc
  }

  private static let all: [UInt32] = [1000, 1001, 1002, 1003, 1100, 1101, 1102, 1103, 1107, 1200, 1201, 1202, 1203]
  private static let wanted = all.map { WantedSocket(inode: $0) }

  /// The sockets that have a holder.
  private static func held(_ report: OwnerReport) -> [UInt32] {
    report.inodes.filter { !report.holders(of: $0).isEmpty }
  }

  // MARK: What is not readable

  @Test(arguments: [EMFILE, ENFILE, ENOMEM], [FakeProc.Operation.Kind.open, .list, .link, .read])
  func limitsOfThisProcessAreAnErrorAtEveryStep(_ errno: Int32, _ kind: FakeProc.Operation.Kind) throws {
    let proc = Self.host()
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    let path: String =
      switch kind {
      case .link: "11/fd/2"
      case .read: "11/fd/../stat"
      default: "11/fd"
      }
    proc.fail(kind, path, errno)
    let error = #expect(throws: SocketOwnersError.self) { try owners.find(Self.wanted) }
    #expect(error?.code == .unreadableProc && error?.errno == errno)
    #expect(proc.openDirectories == 1)
    // The next search believes nothing of the failed one.
    proc.before(nil)
    #expect(Self.held(try owners.find(Self.wanted)) == Self.all)
  }

  @Test(arguments: [EACCES, EPERM], [FakeProc.Operation.Kind.open, .status, .link])
  func unreadableProcessIsTheReason(_ errno: Int32, _ kind: FakeProc.Operation.Kind) throws {
    let proc = Self.host()
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    proc.fail(kind, kind == .link ? "10/fd/0" : "10/fd", errno)
    let report = try owners.find(Self.wanted)
    #expect(Self.held(report) == Array(Self.all.dropFirst(4)))
    #expect(report.obstacles.unreadableProcesses == 1)
    #expect(report.obstacles.unreadableThreads == 0 && report.obstacles.vanishedProcesses == 0)
    #expect(report.reasons(for: 1000)?.contains(.unreadableProcess) == true)
    #expect(report.reasons(for: 1000)?.contains(.unreadableThread) == false)
  }

  @Test(arguments: [EACCES, EPERM]) func unreadableThreadHidesOnlyItsOwnTable(_ errno: Int32) throws {
    let proc = Self.host()
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    proc.fail(.open, "11/task/111/fd", errno)
    // The third search reads everything twice, and counts what it could not read once.
    for _ in 0..<4 {
      let report = try owners.find(Self.wanted)
      #expect(Self.held(report) == Self.all.filter { $0 != 1107 })
      #expect(report.obstacles.unreadableThreads == 1)
      #expect(report.obstacles.unreadableProcesses == 0 && report.obstacles.vanishedProcesses == 0)
      #expect(report.reasons(for: 1107)?.contains(.unreadableThread) == true)
      #expect(report.reasons(for: 1107)?.contains(.unreadableProcess) == false)
    }
  }

  @Test(arguments: [ENOENT, ESRCH, EIO]) func endedProcessHidesNoOtherProcess(_ errno: Int32) throws {
    for (kind, path, missing) in [
      (FakeProc.Operation.Kind.open, "10/fd", [1000, 1001, 1002, 1003]), (.status, "10/fd", [1000, 1001, 1002, 1003]),
      (.open, "11/task/111/fd", [1107]),
    ] as [(FakeProc.Operation.Kind, String, [UInt32])] {
      let proc = Self.host()
      var owners = try OwnerFinder(proc, procRoot: "/proc")
      proc.fail(kind, path, errno)
      let report = try owners.find(Self.wanted)
      #expect(report.missing.map(\.inode) == missing, "\(kind) \(path)")
      #expect(report.obstacles.vanishedProcesses == 1)
      #expect(report.obstacles.unreadableProcesses == 0 && report.obstacles.unreadableThreads == 0)
      #expect(report.missing.allSatisfy { $0.possibleReasons == [.closedMeanwhile, .kernel] })
    }
  }

  /// The process ends after its table was opened and before the table's identity is read.
  @Test(arguments: [ESRCH, EIO]) func tableOfAnUnknownProcessIsDiscarded(_ errno: Int32) throws {
    let proc = Self.host()
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    let isOpen = Atomic<Bool>(false)
    proc.before { operation, _ in
      if operation == .init(.open, "10/fd") { isOpen.store(true, ordering: .relaxed) }
      return operation == .init(.status, "10/fd") && isOpen.load(ordering: .relaxed) ? errno : 0
    }
    let report = try owners.find(Self.wanted)
    #expect(report.missing.map(\.inode) == [1000, 1001, 1002, 1003])
    #expect(report.obstacles.vanishedProcesses == 1)
  }

  // MARK: Threads that cannot be compared

  @Test(arguments: [EPERM, ENOSYS, EACCES]) func incomparableThreadIsReadForMissingSockets(_ errno: Int32)
    throws
  {
    let proc = Self.host()
    // Most of these tables are that of the first thread.
    proc.processes[11]?.threads = [111: [0: "socket:[1100]", 7: "socket:[1107]"], 112: [7: "socket:[1107]"]]
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    proc.before { operation, _ in operation.kind == .compare ? errno : 0 }
    let report = try owners.find(Self.wanted)
    #expect(report.missing.isEmpty)
    #expect(report.holders(of: 1100).map(\.threadID) == [nil])
    #expect(Array(report.holders(of: 1107)) == [SocketHolder(pid: 11, descriptor: 7, threadID: 111)])
    #expect(report.process(11)?.startTicks == 11)
    #expect(report.obstacles.unreadableThreads == 0)
    // They are not read as long as no socket is missing.
    let tables = try owners.find(Array(Self.wanted.prefix(8)), .anew).work.tablesOpened
    #expect(tables == 3)
  }

  /// Each table is read once, although several threads lead to it.
  @Test func threadsThatShareATableAreReadOnce() throws {
    let proc = Self.host()
    proc.processes[11]?.sharers = [110: 0, 112: 111, 113: 111]
    proc.processes[11]?.threads[114] = [8: "socket:[1107]"]
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    let report = try owners.find(Self.wanted)
    #expect(report.holders(of: 1107).compactMap(\.threadID) == [111, 114])
    #expect(report.holders(of: 1100).map(\.threadID) == [nil])
    #expect(report.work.tablesOpened == 5)
    // One thread ends and another one begins.
    proc.processes[11]?.sharers = [110: 0, 112: 111, 115: 111]
    proc.processes[11]?.threads[114] = nil
    proc.processes[11]?.threads[116] = [8: "socket:[1107]"]
    #expect(try owners.find(Self.wanted).holders(of: 1107).compactMap(\.threadID) == [111, 116])
  }

  @Test func unreadableThreadIsAReason() throws {
    let proc = Self.host()
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    proc.before { operation, _ in
      operation.kind == .compare || operation == .init(.open, "11/task/111/fd") ? EPERM : 0
    }
    let report = try owners.find(Self.wanted)
    #expect(report.missing.map(\.inode) == [1107])
    #expect(report.obstacles.unreadableThreads == 1)
    #expect(report.reasons(for: 1107)?.contains(.unreadableThread) == true)
  }

  // MARK: Another process than a moment ago

  /// Another process gets the id after the planning and before the opening of the table.
  @Test(arguments: [1, 2]) func processReplacedBeforeItsOpeningIsReadAgain(_ walkers: Int) throws {
    let proc = Self.host()
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    _ = try owners.find(Self.wanted)
    // The next search opens the table, because one of its sockets is no longer wanted.
    let wanted = Self.wanted.filter { $0.inode != 1000 } + [WantedSocket(inode: 1399)]
    proc.before { operation, proc in
      if operation == .init(.open, "10/fd") { proc.processes[10] = .init(start: 99, files: [5: "socket:[1399]"]) }
      return 0
    }
    let report = try owners.find(wanted, SearchOptions(walkers: walkers))
    #expect(Array(report.holders(of: 1399)) == [SocketHolder(pid: 10, descriptor: 5)])
    #expect(report.process(10)?.startTicks == 99)
    #expect(report.missing.map(\.inode) == [1001, 1002, 1003])
    #expect(report.obstacles.vanishedProcesses == 1)
  }

  /// The start of a process without sockets is unknown, so a later process with its id is read.
  @Test func processAfterOneWithoutSocketsIsRead() throws {
    let proc = Self.host()
    proc.processes[40] = FakeProc.Process(start: 40, files: [0: "/dev/null"])
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    _ = try owners.find(Self.wanted)
    // The number of descriptors stays the same, and the new socket is not wanted.
    proc.processes[40] = FakeProc.Process(start: 41, files: [0: "socket:[1200]"])
    #expect(try owners.find(Self.wanted).holders(of: 1200).map(\.pid) == [12, 40])
  }

  /// The search ends nevertheless and finds the others.
  @Test(.timeLimit(.minutes(1))) func processReplacedInEveryRoundIsGivenUp() throws {
    let proc = Self.host()
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    let start = Atomic<UInt64>(1000)
    proc.before { operation, proc in
      if operation == .init(.open, "11/task/111/fd") {
        proc.processes[11]?.start = start.add(1, ordering: .relaxed).newValue
      }
      return 0
    }
    let report = try owners.find(Self.wanted)
    #expect(Set(Self.held(report)).isSuperset(of: [1000, 1001, 1002, 1003, 1200, 1201, 1202, 1203]))
    #expect(report.holders(of: 1107).isEmpty)
    #expect((1001...1020).contains(start.load(ordering: .relaxed)))
  }

  // MARK: What changes without a sign

  /// The number of a ring may lead to a socket later, while the number of descriptors stays the same.
  @Test func numberOfARingIsReadAgain() throws {
    let proc = Self.host()
    proc.processes[10]?.files[9] = "anon_inode:[io_uring]"
    proc.processes[10]?.info[9] = "UserFiles:\t0\n"
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    _ = try owners.find(Self.wanted)
    // Another process holds the socket as well, so it is not missing.
    proc.processes[10]?.files[9] = "socket:[1200]"
    let report = try owners.find(Self.wanted)
    #expect(report.holders(of: 1200).map { [UInt32($0.pid), $0.descriptor] } == [[10, 9], [12, 0]])
    #expect(report.missing.isEmpty)
  }

  /// The number of descriptors stays the same: the ring is closed, and another descriptor is opened.
  @Test func socketWithTheNumberOfAClosedRingIsFound() throws {
    let proc = Self.host()
    proc.processes[10]?.files[9] = "anon_inode:[io_uring]"
    proc.processes[10]?.info[9] = "UserFiles:\t0\n"
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    _ = try owners.find(Self.wanted)
    proc.processes[10]?.files[9] = nil
    proc.processes[10]?.files[4] = "socket:[1200]"
    let report = try owners.find(Self.wanted)
    #expect(report.holders(of: 1200).map { [UInt32($0.pid), $0.descriptor] } == [[10, 4], [12, 0]])
  }

  /// A file was closed, and a socket that no search wants got its number.
  @Test func fewerDescriptorsMakeTheOthersReadAgain() throws {
    let proc = Self.host()
    for number in UInt32(5)...8 { proc.processes[10]?.files[number] = "/dev/null" }
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    _ = try owners.find(Self.wanted)
    proc.processes[10]?.files[5] = nil
    proc.processes[10]?.files[7] = "socket:[1200]"
    let report = try owners.find(Self.wanted)
    #expect(report.holders(of: 1200).map { [UInt32($0.pid), $0.descriptor] } == [[10, 7], [12, 0]])
  }

  /// A socket that the last search did not want may have been closed since, and another socket may have its number.
  @Test func numberOfASocketNotWantedBeforeIsReadAgain() throws {
    let proc = Self.host()
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    _ = try owners.find(Array(Self.wanted.dropFirst(4)))
    proc.processes[10]?.files[2] = "socket:[1200]"
    let report = try owners.find(Self.wanted)
    #expect(report.holders(of: 1200).map { [UInt32($0.pid), $0.descriptor] } == [[10, 2], [12, 0]])
    #expect(report.missing.map(\.inode) == [1002])
  }

  // MARK: Large tables

  /// Two walkers divide the table. One descriptor lies behind a gap, and one socket is among the fixed files of a ring.
  @Test(arguments: [1, 2]) func largeTableIsReadCompletely(_ walkers: Int) throws {
    let proc = Self.host()
    var large = FakeProc.Process(start: 30)
    for inode in UInt32(10_001)...20_000 { _ = large.open("socket:[\(inode)]") }
    large.files[50_000] = "socket:[20001]"
    large.files[50_001] = "anon_inode:[io_uring]"
    large.info[50_001] = "UserFiles:\t1\n    3: socket:[20002]\n"
    proc.processes[30] = large
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    let wanted = (UInt32(10_001)...20_002).map { WantedSocket(inode: $0) }
    for search in 0..<2 {
      let report = try owners.find(wanted, SearchOptions(.everyHolder, walkers: walkers))
      #expect(report.missing.isEmpty)
      // Five parts and what they lack, beside the four other tables.
      if search == 0 { #expect(report.work.tablesOpened == (walkers == 1 ? 5 : 10)) }
      #expect(report.inodes.allSatisfy { report.holders(of: $0).map(\.pid) == [30] })
      #expect(report.holders(of: 12_345).first?.descriptor == 2344)
      #expect(report.holders(of: 20_001).first?.descriptor == 50_000)
      #expect(report.holders(of: 20_002).first?.fixedFileSlot == 3)
      #expect(report.process(30)?.startTicks == 30)
      #expect(proc.openDirectories == 1)
    }
  }

  /// The process ends while the search reads the parts of its table.
  @Test func partlyReadTableIsDiscarded() throws {
    let proc = Self.host()
    var large = FakeProc.Process(start: 30)
    for inode in UInt32(10_001)...20_000 { _ = large.open("socket:[\(inode)]") }
    proc.processes[30] = large
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    proc.fail(.link, "30/fd/7000", ESRCH)
    let wanted = Self.wanted + [WantedSocket(inode: 10_001)]
    let report = try owners.find(wanted, SearchOptions(.everyHolder, walkers: 2))
    #expect(report.missing.map(\.inode) == [10_001])
    #expect(report.obstacles.vanishedProcesses == 1)
    proc.before(nil)
    #expect(try owners.find(wanted, SearchOptions(.everyHolder, walkers: 2)).missing.isEmpty)
  }

  /// A ring that was busy in one search does not count as busy in the next.
  @Test func ringThatIsReadableAgainIsNoObstacle() throws {
    let proc = Self.host()
    proc.processes[10]?.files[5] = "anon_inode:[io_uring]"
    proc.processes[10]?.info[5] = "SqMask:\t0\n"
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    let wanted = Self.wanted + [WantedSocket(inode: 9999)]
    #expect(try owners.find(wanted).obstacles.unreadableRings == 1)
    proc.processes[10]?.info[5] = "UserFiles:\t0\n"
    #expect(try owners.find(wanted).obstacles.unreadableRings == 0)
  }

  // MARK: What waits in queues

  /// If there are too many queues to read, one of them may contain a descriptor.
  @Test func unreadQueuesAreAReason() throws {
    let proc = Self.host()
    var large = FakeProc.Process(start: 30)
    for inode in UInt32(100_000)..<133_000 { _ = large.open("socket:[\(inode)]") }
    proc.processes[30] = large
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    let report = try owners.find([WantedSocket(inode: 9999)], .anew)
    #expect(report.obstacles.descriptorsInFlight == nil)
    #expect(report.reasons(for: 9999)?.contains(.inFlight) == true)
  }

  @Test func descriptorsInFlightAreNamedWithTheirReceiver() throws {
    let proc = Self.host()
    proc.processes[12]?.files[8] = "socket:[5000]"
    proc.processes[12]?.info[8] = "scm_fds: 3\n"
    proc.processes[10]?.files[8] = "socket:[5001]"
    proc.processes[10]?.info[8] = "scm_fds: 0\n"
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    let report = try owners.find(Self.wanted + [WantedSocket(inode: 9999)])
    #expect(report.obstacles.descriptorsInFlight == [.init(pid: 12, descriptor: 8, count: 3)])
    #expect(report.reasons(for: 9999) == [.closedMeanwhile, .kernel, .inFlight])
    // No descriptor waits any more, so none can be the reason.
    proc.processes[12]?.info[8] = "scm_fds: 0\n"
    let later = try owners.find(Self.wanted + [WantedSocket(inode: 9999)], .anew)
    #expect(later.obstacles.descriptorsInFlight == [])
    #expect(later.reasons(for: 9999) == [.closedMeanwhile, .kernel])
  }

  @Test func busyRingIsAReasonUntilItIsRead() throws {
    let proc = Self.host()
    proc.processes[10]?.files[9] = "anon_inode:[io_uring]"
    proc.processes[10]?.info[9] = "SqMask:\t0\n"
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    let wanted = Self.wanted + [WantedSocket(inode: 9999)]
    for _ in 0..<2 {
      let report = try owners.find(wanted, .anew)
      #expect(report.obstacles.unreadableRings == 1)
      #expect(report.reasons(for: 9999) == [.closedMeanwhile, .kernel, .fixedFile])
    }
    proc.processes[10]?.info[9] = "UserFiles:\t0\n"
    let report = try owners.find(wanted, .anew)
    #expect(report.obstacles.unreadableRings == 0)
    #expect(report.reasons(for: 9999) == [.closedMeanwhile, .kernel])
  }

  /// The kernel leaves out the files while the lock of the ring is taken.
  @Test func brieflyBusyRingIsReadAgain() throws {
    let proc = Self.host()
    proc.processes[10]?.files[9] = "anon_inode:[io_uring]"
    proc.processes[10]?.info[9] = "SqMask:\t0\n"
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    let reads = Atomic<Int>(0)
    proc.before { operation, proc in
      guard operation == .init(.read, "10/fd/../fdinfo/9") else { return 0 }
      if reads.add(1, ordering: .relaxed).newValue == 3 {
        proc.processes[10]?.info[9] = "UserFiles:\t1\n    0: socket:[9999]\n"
      }
      return 0
    }
    let report = try owners.find([WantedSocket(inode: 9999)])
    #expect(Array(report.holders(of: 9999)) == [SocketHolder(pid: 10, descriptor: 9, fixedFileSlot: 0)])
    #expect(reads.load(ordering: .relaxed) == 3)
  }

  @Test func ringClosedDuringTheSearchIsNoObstacle() throws {
    let proc = Self.host()
    proc.processes[10]?.files[9] = "anon_inode:[io_uring]"
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    proc.fail(.read, "10/fd/../fdinfo/9", ENOENT)
    let report = try owners.find(Self.wanted + [WantedSocket(inode: 9999)])
    #expect(report.missing.map(\.inode) == [9999])
    #expect(report.obstacles.unreadableRings == 0 && report.obstacles.vanishedProcesses == 0)
  }

  /// No kernel threads are listed, so there may be processes outside of this pid namespace.
  @Test func processesOfAnOuterNamespaceAreAReason() throws {
    let proc = Self.host()
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    proc.fail(.read, "2/stat", ENOENT)
    let report = try owners.find([WantedSocket(inode: 9999)])
    #expect(report.obstacles.mayLackProcesses)
    #expect(report.reasons(for: 9999) == [.closedMeanwhile, .kernel, .anotherPIDNamespace])
  }

  // MARK: Listing the processes

  @Test(arguments: [FakeProc.Operation.Kind.open, .list]) func unlistableProcIsAnError(
    _ kind: FakeProc.Operation.Kind
  ) throws {
    let proc = Self.host()
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    proc.fail(kind, ".", EACCES)
    let error = #expect(throws: SocketOwnersError.self) { try owners.find(Self.wanted) }
    #expect(error?.code == .unreadableProc && error?.errno == EACCES)
    #expect(error?.operation.contains(kind == .open ? "open" : "list") == true)
    #expect(proc.openDirectories == 1)
  }

  @Test func emptyProcIsReported() throws {
    let proc = FakeProc()
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    #expect(try owners.find(Self.wanted).obstacles.listsNoProcess)
    proc.processes[10] = FakeProc.Process(start: 10)
    #expect(try !owners.find(Self.wanted).obstacles.listsNoProcess)
  }
}
