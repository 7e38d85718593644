import Glibc
import SockDiag
import SockDiagTesting
import Synchronization
import Testing

@testable import SockDiag

/// Samples come at whole multiples of the interval, on a thread of their own, and end when the task does.
@Suite struct SamplesTests {
  private static let sockets = [InetSocket.specimen(local: "10.0.0.1:443", remote: "10.0.0.9:51000")]

  private func inspector() -> SocketInspector { SocketInspector(answering: Self.sockets) }

  // MARK: Pace

  /// A clock that is set by hand.
  private final class HandClock: Sendable {
    let time = Mutex(ContinuousClock.now)

    func pass(_ duration: Duration) { time.withLock { $0 += duration } }
    var now: ContinuousClock.Instant { time.withLock { $0 } }
  }

  @Test func paceDoesNotDriftAndCountsWhatItSkips() {
    let clock = HandClock()
    let start = clock.now
    var pace = Pace(.seconds(1)) { clock.now }
    #expect(pace.isDue)
    #expect(pace.beginTick() == 0)
    #expect(!pace.isDue)
    // A little late, and the next tick is where it was meant to be.
    clock.pass(.milliseconds(1_300))
    #expect(pace.beginTick() == 0)
    #expect(pace.next == start + .seconds(2))
    clock.pass(.milliseconds(4_000))
    #expect(pace.beginTick() == 3)
    #expect(pace.next == start + .seconds(6))
  }

  @Test func intervalOfZeroIsAlwaysDue() {
    var pace = Pace(.zero)
    for _ in 0..<3 { #expect(pace.beginTick() == 0) }
    #expect(pace.isDue)
  }

  // MARK: The sequence

  @Test func samplesComeFromOneThreadOfTheirOwn() async throws {
    let caller = pthread_self()
    var threads: Set<UInt> = []
    var count = 0
    for try await sample in inspector().samples(
      every: .milliseconds(1),
      { inspector throws(SockDiagError) in (pthread_self(), try inspector.dump(SocketQuery(.tcp)).sockets.count) })
    {
      #expect(sample.value.1 == 1)
      threads.insert(sample.value.0)
      count += 1
      if count == 5 { break }
    }
    #expect(threads.count == 1)
    #expect(!threads.contains(caller))
  }

  @Test func errorEndsTheIteration() async throws {
    let samples = inspector().samples(every: .milliseconds(1)) { _ throws(SockDiagError) -> Int in
      throw SockDiagError(.noReply, operation: "test")
    }
    var iterator = samples.makeAsyncIterator()
    do throws(SockDiagError) {
      _ = try await iterator.next()
      Issue.record("no error")
    } catch {
      #expect(error.code == .noReply)
    }
    #expect(try await iterator.next() == nil)
  }

  @Test func onlyOneIterationIsPossible() async throws {
    let samples = inspector().samples(every: .milliseconds(1)) { _ throws(SockDiagError) in 1 }
    var first = samples.makeAsyncIterator()
    var second = samples.makeAsyncIterator()
    #expect(try await first.next()?.value == 1)
    #expect(try await second.next() == nil)
  }

  @Test func cancellationEndsAWaitOfAnHour() async throws {
    let samples = inspector().samples(every: .seconds(3_600)) { _ throws(SockDiagError) in 1 }
    let task = Task {
      var count = 0
      for try await _ in samples { count += 1 }
      return count
    }
    while task.isCancelled == false {
      // The first sample comes at once; then the task waits.
      try await Task.sleep(for: .milliseconds(20))
      task.cancel()
    }
    #expect(try await task.value <= 1)
  }

  @Test func cancellationStopsAWalkAfterADatagram() async throws {
    // A kernel that never ends.
    let endless = EndlessKernel()
    let samples = SocketInspector(standIn: endless).samples(every: .seconds(1)) { inspector throws(SockDiagError) in
      try inspector.dump(SocketQuery(.tcp, family: .inet)).sockets.count
    }
    let task = Task { for try await _ in samples {} }
    while endless.datagrams < 10 { try await Task.sleep(for: .milliseconds(1)) }
    task.cancel()
    try await task.value
    // The thread stops too.
    var last = -1
    while last != endless.datagrams {
      last = endless.datagrams
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  @Test func trackerReportsItsRounds() async throws {
    let kernel = SimulatedKernel(Self.sockets)
    let tracker = SocketTracker(SocketQuery(.tcp, details: .tcpInfo), ends: SocketEvents(from: kernel))
    var counts: [Int] = []
    for try await sample in tracker.samples(
      every: .milliseconds(1), with: SocketInspector(asking: kernel),
      { tracker, inspector throws(SockDiagError) in try tracker.update(&inspector) { _ in } })
    {
      counts.append(sample.value.number)
      if counts.count == 3 { break }
    }
    #expect(counts == [1, 2, 3])
  }

  // MARK: The actor

  @Test func monitorRunsOnAThreadOfItsOwn() async throws {
    let monitor = try SocketMonitor(inspector())
    #expect(try await monitor.dump(SocketQuery(.tcp)).sockets.map(\.local) == ["10.0.0.1:443"])
    let first = await monitor.withInspector { _ in pthread_self() }
    let second = await monitor.withInspector { _ in pthread_self() }
    #expect(first == second)
  }

  @Test func manyCallersOfAMonitorAreServedInTurn() async throws {
    let monitor = try SocketMonitor(inspector())
    let total = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<200 { group.addTask { try await monitor.dump(SocketQuery(.tcp)).sockets.count } }
      return try await group.reduce(0, +)
    }
    #expect(total == 200)
  }

  @Test func threadOfAnExecutorEndsWithIt() async throws {
    for _ in 0..<2_000 {
      let monitor = try SocketMonitor(inspector())
      #expect(try await monitor.dump(SocketQuery(.tcp)).sockets.count == 1)
    }
  }
}

/// A kernel whose dump never ends.
private final class EndlessKernel: StandInTransport {
  private let state = Mutex((sequence: UInt32(0), datagrams: 0))

  let portID: UInt32 = 1

  var datagrams: Int { state.withLock { $0.datagrams } }

  func send(_ message: Span<UInt8>) {
    let sequence = UInt32(message[8]) | UInt32(message[9]) << 8
    state.withLock { $0.sequence = sequence }
  }

  func receive(into buffer: inout [UInt8]) -> Reception {
    let sequence = state.withLock { state in
      state.datagrams += 1
      return state.sequence
    }
    let bytes = NetlinkBytes.message(
      .sockDiagByFamily, sequence: sequence, portID: 1, payload: NetlinkBytes.record(port: 1, cookie: 1)
    ).bytes
    buffer.replaceSubrange(0..<bytes.count, with: bytes)
    return .datagram(length: bytes.count, sender: 0)
  }
}
