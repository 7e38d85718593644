import Glibc
import SocketLaboratory
import SocketLaboratoryKit
import SocketOwners
import Testing

/// Signals to live processes. Only the process that holds the socket receives one.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make namespaces"))
struct SignalTests {
  @Test(arguments: HiddenHolderTests.visible) func holderIsSignalled(_ holding: LabHolder.Holding) async throws {
    try await Self.withHolder(holding) { owners, holder, found, inode, process in
      #expect(try Self.unlessBusy(nil) { owners.verify(found, of: inode, process: process) } == true)
      for signal in [0, SIGKILL] {
        let outcome = try Self.unlessBusy(.unsupported(EBUSY)) {
          owners.signal(signal, found, of: inode, process: process)
        }
        #expect(outcome == .signalled)
      }
      holder.letGo()
      #expect(owners.signal(SIGKILL, found, of: inode, process: process) == .gone)
      #expect(owners.verify(found, of: inode, process: process) == false)
    }
  }

  @Test func laterProcessOfTheSameIDIsNotSignalled() async throws {
    try await Self.withHolder(.inherited) { owners, _, found, inode, process in
      let earlier = HoldingProcess(pid: process.pid, startTicks: process.startTicks - 1)
      #expect(owners.signal(SIGKILL, found, of: inode, process: earlier) == .gone)
      #expect(owners.signal(0, found, of: inode, process: process) == .signalled)
    }
  }

  @Test func processThatClosedTheSocketIsNotSignalled() async throws {
    try await Self.withHolder(.inherited) { owners, _, found, inode, process in
      #expect(owners.signal(SIGKILL, found, of: inode &+ 1, process: process) == .noLongerHolds)
      var other = found
      other.descriptor += 1000
      #expect(owners.signal(SIGKILL, other, of: inode, process: process) == .noLongerHolds)
      other.fixedFileSlot = 0
      #expect(owners.signal(SIGKILL, other, of: inode, process: process) == .noLongerHolds)
      #expect(owners.signal(0, found, of: inode, process: process) == .signalled)
    }
  }

  /// The process ends between two operations. The signal goes to the process that was opened.
  @Test(arguments: [Step.open, .send]) func processThatEndsInBetweenIsGone(_ step: Step) async throws {
    try await Self.withHolder(.inherited) { owners, holder, found, inode, process in
      let kernel = InterruptedSignals(before: step) { holder.letGo() }
      #expect(owners.signal(SIGKILL, found, of: inode, process: process, by: kernel) == .gone)
    }
  }

  @Test func forbiddenSignalIsDenied() async throws {
    try await Self.withHolder(.inherited) { owners, _, found, inode, process in
      let kernel = InterruptedSignals(error: -EPERM)
      #expect(owners.signal(SIGKILL, found, of: inode, process: process, by: kernel) == .denied(EPERM))
      #expect(owners.signal(12345, found, of: inode, process: process) == .unsupported(EINVAL))
    }
  }

  @Test func watchedProcessIsTheOneThatWasFound() async throws {
    try await Self.withHolder(.inherited) { owners, holder, _, _, process in
      let found = owners.watch(process)
      let watch = try #require(found)
      let earlier = owners.watch(HoldingProcess(pid: process.pid, startTicks: process.startTicks - 1))
      let (details, same) = (owners.details(of: process), owners.details(ofProcess: process.pid))
      #expect(!watch.hasEnded)
      #expect(ProcessWatch.wait(for: [watch], until: .now + .milliseconds(20)) == [false])
      #expect(earlier == nil)
      #expect(details?.parent == getpid() && same?.process == process)
      holder.letGo()
      #expect(watch.hasEnded)
      #expect(ProcessWatch.wait(for: [watch, watch], until: .now) == [true, true])
      let (gone, none) = (owners.watch(process), owners.details(ofProcess: process.pid))
      #expect(gone == nil && none == nil)
    }
  }

  /// Repeats a question while the lock of the io_uring that holds the socket is taken.
  private static func unlessBusy<Answer: Equatable>(_ busy: Answer, _ ask: () -> Answer) throws -> Answer {
    var answer = busy
    _ = try settled {
      answer = ask()
      return answer == busy ? ["the ring is busy"] : []
    }
    return answer
  }

  enum Step: Sendable { case open, send }

  private static func withHolder(
    _ holding: LabHolder.Holding,
    _ body: @escaping @Sendable (borrowing OwnerFinder, LabHolder, SocketHolder, UInt32, HoldingProcess) throws -> Void
  ) async throws {
    try await Laboratory.withNew { laboratory in
      let socket = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 0))
      let inode = socket.inode
      let holder = try LabHolder(holding, socket)
      socket.close()
      var owners = try OwnerFinder()
      let report = try HiddenHolderTests.settled(expecting: 1) { try owners.find([WantedSocket(inode: inode)]) }
      let found = try #require(report.holders(of: inode).first { $0.pid == holder.pid })
      try body(owners, holder, found, inode, try #require(report.process(found.pid)))
    }
  }
}

/// The operations of the kernel, with an event before one of them.
private struct InterruptedSignals: ProcessSignals, @unchecked Sendable {
  var before: SignalTests.Step?
  var error: Int32 = 0
  var event: () -> Void = {}

  init(before: SignalTests.Step, event: @escaping () -> Void) { (self.before, self.event) = (before, event) }
  init(error: Int32) { self.error = error }

  func open(_ pid: Int32) -> Int32 {
    let kernel = KernelSignals()
    if before == .open { event() }
    return kernel.open(pid)
  }

  func send(_ signal: Int32, to process: Int32) -> Int32 {
    if before == .send { event() }
    return error != 0 ? error : KernelSignals().send(signal, to: process)
  }
}
