import Dispatch
import Foundation
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Synchronization
import Testing

/// Runs tasks on their own thread. The threads of the pool may be blocked by other tests, because the pool has only one
/// per processor.
private final class OwnThread: TaskExecutor {
  private let queue = DispatchQueue(label: "consumer of events")

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    // SAFETY: a job is run once, by the queue that it was given to.
    queue.async { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}

/// Events as an asynchronous sequence: waiting, ending and cleaning up.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct EventSequenceTests {
  /// A task that iterates, seen from outside.
  private final class Consumer: Sendable {
    private let state = Mutex<(count: Int, dropped: Int, end: ContinuousClock.Instant?)>((0, 0, nil))
    private let thread = OwnThread()

    var seen: Int { state.withLock { $0.count + $0.dropped } }
    /// When it ended.
    var end: ContinuousClock.Instant? { state.withLock { $0.end } }

    func start(_ sequence: SocketEventSequence) -> Task<Void, any Error> {
      Task.detached(executorPreference: thread) { [self] in
        defer { state.withLock { $0.end = .now } }
        for try await event in sequence {
          switch event {
          case .destroyed: state.withLock { $0.count += 1 }
          case .gap(let gap): state.withLock { $0.dropped += gap.dropped ?? 0 }
          }
        }
      }
    }

    /// Waits without a task; returns `false` after the timeout.
    func wait(_ isDone: (Consumer) -> Bool, orElse work: () throws -> Void = { usleep(1000) }) throws -> Bool {
      let end = ContinuousClock.now + .seconds(20)
      while !isDone(self) {
        if ContinuousClock.now > end { return false }
        try work()
      }
      return true
    }
  }

  /// The name of the socket that an epoll instance watches. It is unique on this host.
  private static func socket(behind watch: Int32) throws -> String {
    let watched = try String(contentsOfFile: "/proc/self/fdinfo/\(watch)", encoding: .utf8).split(separator: "\n")
      .compactMap { $0.firstMatch(of: /^tfd:\s*([0-9]+)/)?.1 }
    let descriptor = try #require(watched.first)
    return try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)")
  }

  /// Whether this process still holds the socket after a while. The dispatcher closes a descriptor asynchronously.
  private static func isHeld(_ name: String) throws -> Bool {
    let complaints = try settled {
      try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").filter {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == name
      }
    }
    return !complaints.isEmpty
  }

  @Test func eventsArriveWhileTheConsumerWaits() async throws {
    let (isAccounted, count) = try await Laboratory.withNew { laboratory in
      let consumer = Consumer()
      let task = consumer.start(try SocketEvents(.tcp).sequence())
      defer { task.cancel() }
      var isAccounted = true
      for count in 1...50 {
        try laboratory.boundSocket(to: LabEndpoint(.loopbackV4, 0)).close()
        // One at a time: the consumer sleeps before each event.
        if count <= 10 { isAccounted = try consumer.wait { $0.seen == count } && isAccounted }
      }
      return (try consumer.wait { $0.seen == 50 } && isAccounted, consumer.seen)
    }
    #expect(isAccounted && count == 50)
  }

  @Test func cancellationEndsAWaitAtOnceAndClosesTheDescriptor() async throws {
    let (name, sequence) = try await Laboratory.withNew { _ in
      let events = try SocketEvents(.tcp)
      return (try Self.socket(behind: events.fileDescriptor), events.sequence())
    }
    let consumer = Consumer()
    let task = consumer.start(sequence)
    try await Task.sleep(for: .milliseconds(50))
    #expect(consumer.end == nil)
    let start = ContinuousClock.now
    task.cancel()
    #expect(try consumer.wait { $0.end != nil })
    #expect(try #require(consumer.end) - start < .seconds(5))
    try await task.value
    // The sequence still exists, but its only iteration owned the subscription.
    #expect(try !withExtendedLifetime(sequence) { try Self.isHeld(name) })
  }

  @Test func cancellationEndsAFlood() async throws {
    let (taken, seen) = try await Laboratory.withNew { laboratory in
      let consumer = Consumer()
      let task = consumer.start(try SocketEvents(.tcp, receiveBuffer: 10_000).sequence())
      func flood() throws { try laboratory.boundSocket(to: LabEndpoint(.loopbackV4, 0)).close() }
      for _ in 0..<2000 { try flood() }
      _ = try consumer.wait({ $0.seen > 0 }, orElse: flood)
      let start = ContinuousClock.now
      task.cancel()
      _ = try consumer.wait({ $0.end != nil }, orElse: flood)
      return (consumer.end.map { $0 - start }, consumer.seen)
    }
    #expect(try #require(taken) < .seconds(5))
    #expect(seen > 0)
  }

  /// Uses a buffer for a few events and a consumer that starts late.
  @Test func slowConsumerGetsAGap() async throws {
    let count = 2000
    let sequence = try await Laboratory.withNew { laboratory in
      let sequence = try SocketEvents(.tcp, receiveBuffer: 20_000).sequence()
      for _ in 0..<count { try laboratory.boundSocket(to: LabEndpoint(.loopbackV4, 0)).close() }
      try waitForDrop()
      return sequence
    }
    var announced = Announced()
    for try await event in sequence {
      announced.append(event)
      if announced.sockets.count + announced.dropped >= count { break }
    }
    #expect(announced.sockets.count + announced.dropped == count)
    #expect(announced.dropped > 0)
  }

  /// The consumer empties a minimal buffer while it overflows. Drops, the kernel's count and the error then fall
  /// between two looks in many different orders.
  @Test func everyEventOfAFloodIsCountedWhileReading() async throws {
    let (rounds, size) = (300, 5)
    let (isAccounted, seen) = try await Laboratory.withNew { laboratory in
      let consumer = Consumer()
      let task = consumer.start(try SocketEvents(.tcp, receiveBuffer: 0).sequence())
      defer { task.cancel() }
      for round in 1...rounds {
        for _ in 0..<size { try laboratory.boundSocket(to: LabEndpoint(.loopbackV4, 0)).close() }
        guard try consumer.wait({ $0.seen >= round * size }) else { return (false, consumer.seen) }
      }
      return (true, consumer.seen)
    }
    #expect(isAccounted && seen == rounds * size)
  }

  @Test func leavingTheLoopClosesTheDescriptor() async throws {
    let (name, sequence) = try await Laboratory.withNew { laboratory in
      let events = try SocketEvents(.tcp)
      try laboratory.boundSocket(to: LabEndpoint(.loopbackV4, 0)).close()
      return (try Self.socket(behind: events.fileDescriptor), events.sequence())
    }
    for try await _ in sequence { break }
    #expect(try !Self.isHeld(name))
    for try await _ in sequence { Issue.record("a second iteration") }
  }

  @Test func sequenceThatIsNeverIteratedIsClosed() async throws {
    let names = try await Laboratory.withNew { _ in
      let sequence = try SocketEvents(.tcp)
      let name = try Self.socket(behind: sequence.fileDescriptor)
      _ = consume sequence
      let unused = try SocketEvents(.tcp)
      let second = try Self.socket(behind: unused.fileDescriptor)
      _ = unused.sequence()
      return [name, second]
    }
    for name in names { #expect(try !Self.isHeld(name)) }
  }

  @Test func taskCancelledBeforeItStartsSeesNoEvents() async throws {
    let sequence = try await Laboratory.withNew { _ in try SocketEvents(.tcp).sequence() }
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      for try await _ in sequence { return false }
      return true
    }
    task.cancel()
    #expect(try await task.value)
  }
}
