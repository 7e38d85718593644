import Glibc
import SocketOwners
import Testing

/// Lists of the sockets that processes hold, and the cases in which such a list is incomplete.
@Suite struct HeldSocketsTests {
  /// Two processes. The first one has two sockets, a thread with a table of its own, and a ring with a fixed file.
  private static func host() -> FakeProc {
    let proc = FakeProc()
    var first = FakeProc.Process(
      start: 1, files: [0: "/dev/null", 3: "socket:[100]", 4: "socket:[101]", 5: "anon_inode:[io_uring]"])
    first.threads = [11: [7: "socket:[107]"]]
    first.info[5] = "UserFiles:\t1\n    2: socket:[102]\n"
    proc.processes = [10: first, 20: FakeProc.Process(start: 2, files: [3: "socket:[200]"])]
    return proc
  }

  private static func held(_ proc: FakeProc, besides known: [UInt32] = []) throws -> HeldSockets {
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    let held = try owners.heldSockets(besides: known)
    #expect(proc.openDirectories == 1)
    return held
  }

  @Test func everyHeldSocketIsListedWithAHolder() throws {
    let held = try Self.held(Self.host())
    #expect(
      held.holders == [
        100: [SocketHolder(pid: 10, descriptor: 3)], 101: [SocketHolder(pid: 10, descriptor: 4)],
        102: [SocketHolder(pid: 10, descriptor: 5, fixedFileSlot: 2)],
        107: [SocketHolder(pid: 10, descriptor: 7, threadID: 11)], 200: [SocketHolder(pid: 20, descriptor: 3)],
      ])
    #expect(held.isComplete)
  }

  @Test func knownSocketsAreLeftOut() throws {
    let held = try Self.held(Self.host(), besides: [100, 102, 107, 999])
    #expect(held.holders.keys.sorted() == [101, 200] && held.isComplete)
  }

  /// A child that was just forked has the sockets of its parent, and may be gone when it is read.
  @Test func everyHolderIsListed() throws {
    let proc = Self.host()
    proc.processes[20]?.files[4] = "socket:[100]"
    #expect(
      try Self.held(proc).holders[100] == [
        SocketHolder(pid: 10, descriptor: 3), SocketHolder(pid: 20, descriptor: 4),
      ])
  }

  /// Other tools can read a descriptor, but not a slot of a ring.
  @Test func descriptorsComeBeforeRingSlots() throws {
    let proc = Self.host()
    proc.processes[20]?.files[4] = "socket:[102]"
    proc.processes[10]?.threads = [11: [9: "socket:[102]"]]
    #expect(try Self.held(proc).holders[102]?.map(\.fixedFileSlot) == [nil, nil, 2])
  }

  @Test func unreadableProcessLeavesTheListIncomplete() throws {
    let obstacles: [(String, (FakeProc) -> Void, lacking: Set<UInt32>)] = [
      ("a process", { $0.fail(.open, "20/fd", EACCES) }, [200]),
      ("a thread", { $0.fail(.open, "10/task/11/fd", EACCES) }, [107]),
      (
        "a thread that cannot be compared", { $0.before { operation, _ in operation.kind == .compare ? EPERM : 0 } },
        [107]
      ),
      ("a busy ring", { $0.processes[10]?.info[5] = "SqMask:\t0\n" }, [102]),
      ("a queue with descriptors", { $0.processes[20]?.info[3] = "scm_fds: 2\n" }, []),
      ("other processes", { $0.fail(.read, "2/stat", ENOENT) }, []),
    ]
    for (name, obstruct, lacking) in obstacles {
      let proc = Self.host()
      obstruct(proc)
      let held = try Self.held(proc)
      #expect(!held.isComplete, "\(name)")
      #expect(Set([100, 101, 102, 107, 200]).subtracting(held.holders.keys) == lacking, "\(name)")
    }
  }

  @Test func limitsOfThisProcessAreAnError() throws {
    let proc = Self.host()
    proc.fail(.open, "10/fd", EMFILE)
    var owners = try OwnerFinder(proc, procRoot: "/proc")
    let error = #expect(throws: SocketOwnersError.self) { try owners.heldSockets(besides: []) }
    #expect(error?.errno == EMFILE)
  }
}
