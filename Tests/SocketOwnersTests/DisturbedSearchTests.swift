import Glibc
import SockDiagTestKit
import SocketOwners
import Synchronization
import Testing

/// Searches during which operations fail and processes change. Every holder in the report existed, and no undisturbed
/// holder is missing.
@Suite struct DisturbedSearchTests {
  private static func host() -> FakeProc {
    let proc = FakeProc()
    var processes: [Int32: FakeProc.Process] = [:]
    for pid in Int32(10)...13 {
      var process = FakeProc.Process(start: UInt64(pid))
      for number in UInt32(0)..<4 { _ = process.open("socket:[\(UInt32(pid) * 100 + number)]") }
      _ = process.open("/dev/null")
      _ = process.open("anon_inode:[io_uring]")
      process.info[5] = "UserFiles:\t1\n    0: socket:[\(pid * 100 + 50)]\n"
      processes[pid] = process
    }
    // One has a thread with a table of its own, and one socket is held twice.
    processes[12]?.threads = [112: [7: "socket:[1207]"]]
    processes[13]?.files[9] = "socket:[1001]"
    proc.processes = processes
    return proc
  }

  private static let wanted = (UInt32(1000)...1400).map { WantedSocket(inode: $0) }

  /// All holders in a report, with their sockets.
  private static func places(_ report: OwnerReport) -> Set<String> {
    Set(report.inodes.flatMap { inode in report.holders(of: inode).map { "\(inode) \(HolderPlace($0))" } })
  }

  private static func operations(_ searches: Int) throws -> (count: Int, places: Set<String>) {
    let proc = host()
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    proc.onOperation(nil)
    var report = try owners.find(wanted)
    for _ in 1..<searches { report = try owners.find(wanted) }
    return (proc.operations, places(report))
  }

  @Test(arguments: [ENOENT, ESRCH, EACCES, EPERM, EIO, EINTR, ENOTDIR], [1, 2])
  func failureOfAnyStepInventsNothing(_ errno: Int32, _ searches: Int) throws {
    let (count, all) = try Self.operations(searches)
    #expect(count > 40 && all.count == 22)
    for step in 0..<count {
      let proc = Self.host()
      var owners = try OwnerFinder(proc, procRoot: "/proc")
      proc.onOperation { number, _ in number == step ? errno : 0 }
      do throws(SocketOwnersError) {
        for _ in 0..<searches {
          let report = try owners.find(Self.wanted)
          #expect(Self.places(report).isSubset(of: all))
        }
      } catch {
        #expect([.unreadableProc].contains(error.code))
      }
      proc.onOperation(nil)
      // The failure leaves nothing behind that a later search would believe.
      let report = try owners.find(Self.wanted, .anew)
      #expect(Self.places(report) == all, "after step \(step)")
      #expect(proc.openDirectories == 1)
    }
  }

  @Test(arguments: [EMFILE, ENFILE, ENOMEM]) func limitsOfThisProcessAreAnError(_ errno: Int32) throws {
    let proc = Self.host()
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    var isThrown = false
    for step in 0..<30 where !isThrown {
      proc.onOperation { number, _ in number == step ? errno : 0 }
      do throws(SocketOwnersError) {
        _ = try owners.find(Self.wanted, .anew)
      } catch {
        isThrown = error.code == .unreadableProc && error.errno == errno
      }
    }
    #expect(isThrown)
    #expect(proc.openDirectories == 1)
  }

  /// The remedy is to mount proc, or to raise the limit of this process.
  @Test(arguments: [
    (EMFILE, SocketOwnersError.Code.unreadableProc), (ENFILE, .unreadableProc), (EACCES, .unreadableProc),
    (ENOENT, .missingProc), (ENOTDIR, .missingProc),
  ]) func unreadableProcIsNotAMissingProc(_ errno: Int32, _ code: SocketOwnersError.Code) {
    let proc = Self.host()
    proc.onOperation { _, _ in errno }
    do throws(SocketOwnersError) {
      _ = try OwnerFinder(proc, procRoot: "/proc")
      Issue.record("no error")
    } catch {
      #expect(error.code == code && error.errno == errno)
      #expect(error.suggestion?.contains("mount") ?? false == (code == .missingProc))
      #expect(error.suggestion?.contains("ulimit -n") ?? false == (errno == EMFILE))
    }
  }

  /// A process ends at any moment. All others are found.
  @Test(arguments: [1, 2]) func endOfAProcessHidesNoOtherHolder(_ searches: Int) throws {
    let (count, all) = try Self.operations(searches)
    for step in 0..<count {
      let proc = Self.host()
      var owners = try OwnerFinder(proc, procRoot: "/proc")
      proc.onOperation { number, proc in
        if number == step { proc.processes[12] = nil }
        return 0
      }
      var found: Set<String> = []
      for _ in 0..<searches { found = Self.places(try owners.find(Self.wanted)) }
      #expect(found.isSubset(of: all))
      let others = all.filter { !$0.contains("process 12 ") && !$0.contains("process 12,") }
      #expect(others.count < all.count && found.isSuperset(of: others), "step \(step)")
    }
  }

  /// A process ends at any moment, and another one gets its id at once. No socket is attributed to the wrong process.
  @Test(arguments: [1, 2]) func laterProcessOfTheSameIDIsNotConfused(_ searches: Int) throws {
    let (count, _) = try Self.operations(searches)
    for step in 0..<count {
      let proc = Self.host()
      var owners = try OwnerFinder(proc, procRoot: "/proc")
      proc.onOperation { number, proc in
        guard number == step else { return 0 }
        var later = FakeProc.Process(start: 500)
        for inode in 1390...1396 { _ = later.open("socket:[\(inode)]") }
        proc.processes[12] = later
        return 0
      }
      for _ in 0..<searches {
        let report = try owners.find(Self.wanted)
        let earlier = (UInt32(1200)...1250).contains { report.holders(of: $0).contains { $0.pid == 12 } }
        let later = (UInt32(1390)...1396).contains { report.holders(of: $0).contains { $0.pid == 12 } }
        #expect(!(earlier && later), "step \(step)")
        if let start = report.process(12)?.startTicks { #expect(start == (later ? 500 : 12), "step \(step)") }
      }
    }
  }

  /// From fork(2) to execve(2) a child has copies of all descriptors. A second look finds it without them, or gone.
  @Test(arguments: [true, false]) func childThatIsAboutToExecIsNoHolder(_ ends: Bool) throws {
    let proc = Self.host()
    let all = try Self.operations(1).places
    proc.processes[20] = proc.processes[10]
    proc.processes[20]?.start = 20
    let looks = Atomic<Int>(0)
    proc.before { operation, proc in
      guard operation == .init(.open, "20/fd") else { return 0 }
      if looks.add(1, ordering: .relaxed).newValue == 2 {
        if ends { proc.processes[20] = nil } else { proc.processes[20]?.files = [0: "/dev/null"] }
      }
      return 0
    }
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    let report = try owners.find(Self.wanted, .anew)
    #expect(looks.load(ordering: .relaxed) == 2)
    #expect(Self.places(report) == all)
    #expect(report.process(20) == nil)
  }

  @Test func procWithoutProcessesIsReported() throws {
    let proc = FakeProc()
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    let report = try owners.find(Self.wanted)
    #expect(report.obstacles.listsNoProcess)
    #expect(report.holderCount == 0)
  }

  /// Processes open, close, fork and end at random between searches. Each search finds all holders.
  @Test(arguments: 0..<20) func laterSearchesEqualNewOnes(_ seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let proc = FakeProc()
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    var nextInode: UInt32 = 1
    var nextPID: Int32 = 1
    for round in 0..<60 {
      var processes = proc.processes
      for _ in 0..<Int.random(in: 0...6, using: &random) {
        let pid = processes.keys.sorted().randomElement(using: &random)
        switch Int.random(in: 0..<8, using: &random) {
        case 0:
          nextPID += 1
          processes[nextPID] = FakeProc.Process(start: UInt64(nextPID))
        case 1 where processes.count > 3: if let pid { processes[pid] = nil }
        case 2: if let pid { _ = processes[pid]?.open("/dev/null") }
        case 3, 4:
          if let pid, let number = processes[pid]?.files.keys.sorted().randomElement(using: &random) {
            processes[pid]?.files[number] = nil
          }
        default:
          nextInode += 1
          if let pid { _ = processes[pid]?.open("socket:[\(nextInode)]") }
        }
      }
      proc.processes = processes
      let truth = proc.truth
      let wanted = truth.keys.sorted().map { WantedSocket(inode: $0) }
      let report = try owners.find(wanted, SearchOptions(walkers: Int.random(in: 1...2, using: &random)))
      for (inode, holders) in truth {
        #expect(
          Set(report.holders(of: inode).map(HolderPlace.init)) == holders, "seed \(seed), round \(round), \(inode)")
      }
    }
  }

  /// The process id passes to another process twice while the search opens the table of its thread.
  @Test func processReplacedTwiceIsReadInTheEnd() throws {
    let proc = Self.host()
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    let count = Atomic<Int>(0)
    proc.before { operation, proc in
      guard operation == .init(.open, "12/task/112/fd"), count.load(ordering: .relaxed) < 2 else { return 0 }
      count.add(1, ordering: .relaxed)
      proc.processes[12]?.start += 100
      return 0
    }
    let report = try owners.find(Self.wanted)
    #expect(count.load(ordering: .relaxed) == 2)
    #expect(Array(report.holders(of: 1207)) == [SocketHolder(pid: 12, descriptor: 7, threadID: 112)])
    #expect(report.process(12)?.startTicks == 212)
  }
}
