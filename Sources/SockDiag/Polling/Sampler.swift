internal import Synchronization

/// Takes samples on a thread of its own.
final class Sampler<Value: Sendable>: Sendable {
  /// Runs the loop until the source has ended. It is taken by the first iteration.
  private let loop: Mutex<(@Sendable (SampleSource<Value>) -> Void)?>

  /// - Parameters:
  ///   - interval: The time from tick to tick.
  ///   - state: What the thread works with.
  ///   - descriptor: A descriptor that the thread watches while it waits, and what to do when it is readable.
  ///   - take: Takes a sample.
  init<State: ~Copyable & Sendable>(
    every interval: Duration, _ state: consuming State, watching descriptor: Int32? = nil,
    idle: @escaping @Sendable (inout State) throws(SockDiagError) -> Void = { _ in },
    take: @escaping @Sendable (inout State, StopSignal) throws(SockDiagError) -> Value
  ) {
    let state = Mutex(state)
    loop = Mutex { source in
      var pace = Pace(interval)
      do throws(SockDiagError) {
        while !source.isEnded {
          if source.isAwaited, pace.isDue {
            let skipped = pace.beginTick()
            let taken = ContinuousClock.now
            let value = try state.withLock { state throws(SockDiagError) in try take(&state, source.stop) }
            source.deliver(Sample(value: value, taken: taken, duration: .now - taken, skipped: skipped))
          } else if source.sleep(until: source.isAwaited ? pace.next : nil, or: descriptor) {
            try state.withLock { state throws(SockDiagError) in try idle(&state) }
          }
        }
      } catch {
        source.fail(error)
      }
    }
  }

  /// Starts the thread; `nil` if it was started before.
  func start() -> Result<SampleSource<Value>, SockDiagError>? {
    guard let loop = loop.withLock({ $0.take() }) else { return nil }
    do throws(SockDiagError) {
      let source = try SampleSource<Value>()
      try WorkerThread.start("sockdiag-poll") { loop(source) }
      return .success(source)
    } catch {
      return .failure(error)
    }
  }
}

/// Ticks at whole multiples of an interval after the first.
package struct Pace {
  private let interval: Duration
  /// The next tick.
  package private(set) var next: ContinuousClock.Instant
  private let clock: () -> ContinuousClock.Instant

  package init(_ interval: Duration, clock: @escaping () -> ContinuousClock.Instant = { .now }) {
    self.interval = max(interval, .zero)
    self.clock = clock
    next = clock()
  }

  package var isDue: Bool { clock() >= next }

  /// Passes to the tick after this time.
  ///
  /// - Returns: The number of ticks that have passed unused.
  package mutating func beginTick() -> Int {
    let late = clock() - next
    guard interval > .zero else {
      next = clock()
      return 0
    }
    let passed = max(Int(late / interval), 0)
    next += interval * (passed + 1)
    return passed
  }
}
