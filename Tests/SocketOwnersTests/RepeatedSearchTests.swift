import Glibc
import Testing

@testable import SocketOwners

/// Later searches: how little they read, and that they still find all holders.
@Suite struct RepeatedSearchTests {
  private static func sockets(_ inodes: some Sequence<UInt32>) -> [WantedSocket] {
    inodes.map { WantedSocket(inode: $0) }
  }

  /// Two processes: one has four other files and then 1,000 sockets, the other has ten sockets.
  private static func host() -> FakeProc {
    let proc = FakeProc()
    var first = FakeProc.Process(start: 50)
    for _ in 0..<4 { _ = first.open("/dev/null") }
    for inode in 1...1000 { _ = first.open("socket:[\(inode)]") }
    var second = FakeProc.Process(start: 60)
    for inode in 2001...2010 { _ = second.open("socket:[\(inode)]") }
    proc.processes = [10: first, 20: second]
    return proc
  }

  private static let all = sockets(Array(1...1000) + Array(2001...2010))

  private static func check(
    _ report: OwnerReport, _ proc: FakeProc, _ location: SourceLocation = #_sourceLocation
  ) {
    let truth = proc.truth
    for inode in report.inodes where Set(report.holders(of: inode).map(HolderPlace.init)) != truth[inode] ?? [] {
      Issue.record("socket \(inode): \(report.holders(of: inode)), not \(truth[inode] ?? [])", sourceLocation: location)
    }
  }

  @Test func searchWithoutInodesReadsNothing() throws {
    let proc = Self.host()
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    for wanted in [[], [WantedSocket(inode: 0), WantedSocket(inode: 0)]] {
      let report = try owners.find(wanted, .anew)
      #expect(report.work == SearchWork())
      #expect(report.missing == (wanted.isEmpty ? [] : [MissingHolder(inode: 0, possibleReasons: .noProcess)]))
    }
    // It does not disturb what other searches remember.
    _ = try owners.find(Self.all)
    _ = try owners.find([WantedSocket(inode: 0)])
    #expect(try owners.find(Self.all).work.linksRead == 0)
  }

  @Test func reasonsAreThoseOfTheSocket() throws {
    var owners = try OwnerFinder(Self.host(), procRoot: "/proc")
    let missing: [UInt32] = [0, 9000, 8000, 9001, 7]
    let report = try owners.find(Self.sockets(missing + Array(1...50)))
    for inode in missing where inode != 7 {
      #expect(report.reasons(for: inode) == report.missing.first { $0.inode == inode }?.possibleReasons)
      #expect(report.reasons(for: inode) != nil)
    }
    #expect(report.reasons(for: 7) == nil)
    #expect(report.reasons(for: 9999) == nil)
  }

  @Test func unchangedProcessesAreNotRead() throws {
    let proc = Self.host()
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    let first = try owners.find(Self.all)
    Self.check(first, proc)
    #expect(first.work.linksRead == 1014)
    #expect(Self.all.allSatisfy { first.holders(of: $0.inode).allSatisfy(\.isVerified) })
    let second = try owners.find(Self.all)
    Self.check(second, proc)
    #expect(second.work.linksRead == 0)
    #expect(second.work.tablesOpened == 0)
    #expect(second.processes == first.processes)
    #expect(second.holders(of: 1).map(\.isVerified) == [false])
    let anew = try owners.find(Self.all, .anew)
    #expect(anew.work.linksRead == 1014)
    #expect(proc.openDirectories == 1)
  }

  @Test(arguments: [1, 2]) func numbersOfUnwantedSocketsAreReadAgain(_ walkers: Int) throws {
    let proc = Self.host()
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    _ = try owners.find(Self.all, SearchOptions(walkers: walkers))
    for number in stride(from: UInt32(10), to: 110, by: 10) {
      proc.processes[10]?.files[number] = "socket:[\(5000 + number)]"
    }
    let wanted = Self.sockets(proc.truth.keys.sorted())
    let report = try owners.find(wanted, SearchOptions(walkers: walkers))
    Self.check(report, proc)
    #expect(report.work.linksRead == 10)
    #expect(report.missing.isEmpty)
  }

  @Test func growthIsFoundAtTheLowestNumbers() throws {
    let proc = Self.host()
    proc.processes[10]?.files[1] = nil
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    _ = try owners.find(Self.all)
    for inode in 3001...3005 { _ = proc.processes[10]?.open("socket:[\(inode)]") }
    let report = try owners.find(Self.sockets(proc.truth.keys))
    Self.check(report, proc)
    #expect(report.work.linksRead == 5)
  }

  @Test func growthAtFarNumbersIsFoundByAListing() throws {
    let proc = Self.host()
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    _ = try owners.find(Self.all)
    proc.processes[20]?.files[100_000] = "socket:[3001]"
    let report = try owners.find(Self.sockets(proc.truth.keys))
    Self.check(report, proc)
    #expect(report.work.linksRead < 100)
  }

  @Test func sparseTableIsListedAtOnce() throws {
    let proc = Self.host()
    proc.processes[30] = FakeProc.Process(start: 70, files: [1_000_000: "socket:[4000]", 2_000_000: "socket:[4001]"])
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    let report = try owners.find(Self.sockets(proc.truth.keys))
    Self.check(report, proc)
    #expect(report.work.linksRead < 1200)
  }

  @Test func fewerDescriptorsThanExpectedAreExplained() throws {
    let proc = Self.host()
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    _ = try owners.find(Self.all)
    // A file is closed, and a socket that is still in the list of wanted ones.
    proc.processes[10]?.files[2] = nil
    proc.processes[10]?.files[500] = nil
    let report = try owners.find(Self.all)
    Self.check(report, proc)
    #expect(report.missing.map(\.inode) == [497])
    #expect(report.work.linksRead < 50)
  }

  @Test func socketInPlaceOfAFileIsFound() throws {
    let proc = Self.host()
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    _ = try owners.find(Self.all)
    proc.processes[10]?.files[2] = "socket:[3001]"
    let report = try owners.find(Self.sockets(proc.truth.keys))
    Self.check(report, proc)
    #expect(report.work.linksRead == 4)
  }

  @Test func laterProcessOfTheSameIDIsAnotherProcess() throws {
    let proc = Self.host()
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    _ = try owners.find(Self.all)
    var process = FakeProc.Process(start: 99)
    for inode in 3001...3010 { _ = process.open("socket:[\(inode)]") }
    proc.processes[20] = process
    let report = try owners.find(Self.sockets(proc.truth.keys) + Self.sockets([2001]))
    Self.check(report, proc)
    #expect(report.process(20)?.startTicks == 99)
    #expect(report.missing.map(\.inode) == [2001])
  }

  @Test func processIsTheSameAfterProcInodesChanged() throws {
    let proc = Self.host()
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    _ = try owners.find(Self.all)
    proc.evict()
    let report = try owners.find(Self.all)
    Self.check(report, proc)
    #expect(report.work.linksRead == 0)
    #expect(report.work.filesRead == 2)
  }

  @Test func socketThatMovedLeavesNoHolderBehind() throws {
    let proc = Self.host()
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    _ = try owners.find(Self.all)
    // The socket was sent to the other process, and its old number leads to another file, so the count is unchanged.
    proc.processes[10]?.files[10] = "/dev/null"
    _ = proc.processes[20]?.open("socket:[7]")
    let report = try owners.find(Self.all)
    Self.check(report, proc)
    #expect(report.holders(of: 7).map(\.pid) == [20])
  }

  @Test func lossOfASecondHolderIsNoticed() throws {
    let proc = Self.host()
    _ = proc.processes[20]?.open("socket:[7]")
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    _ = try owners.find(Self.all)
    proc.processes[20]?.files[10] = "/dev/null"
    Self.check(try owners.find(Self.all), proc)
  }

  /// The documentation says that a later search misses such an exchange.
  @Test func exchangeIsMissedUntilEverythingIsReadAgain() throws {
    let proc = Self.host()
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    _ = try owners.find(Self.all)
    proc.processes[10]?.files[10] = "socket:[2001]"
    proc.processes[20]?.files[0] = "socket:[7]"
    let believed = try owners.find(Self.all)
    #expect(believed.holders(of: 7).map(\.pid) == [10])
    #expect(believed.holders(of: 7).map(\.isVerified) == [false])
    Self.check(try owners.find(Self.all, .anew), proc)
  }

  @Test func lastinglyMissingSocketIsSearchedAtGrowingIntervals() throws {
    let proc = Self.host()
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    let wanted = Self.all + Self.sockets([9999])
    var anew: [Int] = []
    for index in 0..<40 {
      let report = try owners.find(wanted)
      #expect(report.missing.map(\.inode) == [9999])
      let isAnew = report.work.linksRead >= 1014
      if isAnew { anew.append(index) }
      #expect(report.reasons(for: 9999)?.contains(.notSearchedAnew) == !isAnew)
    }
    #expect(anew == [0, 2, 6, 14, 30])
  }

  /// After a success, the next missing socket is searched at once.
  @Test func intervalsRestartAfterASuccess() throws {
    let proc = Self.host()
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    let wanted = Self.all + Self.sockets([9998, 9999])
    var anew: [Int] = []
    for index in 0..<32 {
      // It replaces a socket that the search believes to be there.
      if index == 8 { proc.processes[10]?.files[10] = "socket:[9998]" }
      let report = try owners.find(wanted)
      if report.work.linksRead >= 1014 { anew.append(index) }
      #expect(report.holders(of: 9998).isEmpty == (index < 14), "search \(index)")
    }
    #expect(anew == [0, 2, 6, 14, 15, 17, 21, 29])
  }

  @Test func fixedFilesAreReadEveryTime() throws {
    let proc = Self.host()
    let ring: UInt32 = 1004
    proc.processes[10]?.files[ring] = "anon_inode:[io_uring]"
    proc.processes[10]?.info[ring] = "UserFiles:\t1\n    0: socket:[3001]\n"
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    let wanted = Self.sockets([3001, 3002])
    let place = SocketHolder(pid: 10, descriptor: ring, fixedFileSlot: 0)
    let first = try owners.find(wanted)
    #expect(Array(first.holders(of: 3001)) == [place])
    proc.processes[10]?.info[ring] = "UserFiles:\t1\n    0: socket:[3002]\n"
    let report = try owners.find(wanted)
    #expect(report.holders(of: 3001).isEmpty)
    #expect(Array(report.holders(of: 3002)) == [place])
    // A busy ring is a reason. It does not count as empty.
    proc.processes[10]?.info[ring] = "SqMask:\t0\n"
    let busy = try owners.find(wanted)
    #expect(busy.reasons(for: 3002)?.contains(.fixedFile) == true)
  }

  @Test func threadThatLeavesTheSharedTableIsNoticed() throws {
    let proc = Self.host()
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    _ = try owners.find(Self.all)
    proc.processes[20]?.threads = [21: [5: "socket:[3001]"]]
    let report = try owners.find(Self.sockets(proc.truth.keys))
    Self.check(report, proc)
    #expect(report.holders(of: 3001).map(\.threadID) == [21])
    proc.processes[20]?.threads = [22: [5: "socket:[3001]"]]
    Self.check(try owners.find(Self.sockets(proc.truth.keys)), proc)
  }

  @Test func processesOfTheOwnerAreReadFirst() throws {
    let proc = Self.host()
    proc.processes[20]?.uid = 1000
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    let wanted = [WantedSocket(inode: 2003, uid: 1000)]
    let report = try owners.find(wanted, SearchOptions(.firstHolder))
    Self.check(report, proc)
    #expect(report.work.tablesOpened == 1)
    // One user owns the socket, and a process of another holds it.
    let passed = try owners.find([WantedSocket(inode: 5, uid: 1000)], SearchOptions(.firstHolder))
    Self.check(passed, proc)
  }

  /// The memory does not grow on a host whose processes come and go.
  @Test func endedProcessesAreForgotten() throws {
    let proc = Self.host()
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    _ = try owners.find(Self.sockets(100...400))
    let known = owners.memory.processes.count
    #expect(known == proc.processes.count && known > 1)
    for generation in Int32(1)...3 {
      proc.processes = [1000 * generation: FakeProc.Process(start: 900, files: [0: "socket:[100]"])]
      _ = try owners.find(Self.sockets([100]))
      let known = Array(owners.memory.processes.keys)
      #expect(known == [1000 * generation])
    }
  }
}
