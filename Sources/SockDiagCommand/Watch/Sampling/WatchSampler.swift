internal import CTerminal
internal import SockDiag
internal import Synchronization

/// Looks at the sockets on a thread of its own, in time even while the terminal is slow. Only the newest sample is kept.
final class WatchSampler: Sendable {
  private struct State: Sendable {
    var request: WatchRequest
    var isStopped = false
    /// The sample that was not taken yet, or why there are no more.
    var result: Result<WatchSample, CommandFailure>?
  }

  private let state: Mutex<State>
  private let scope: WatchScope
  /// Wakes the thread.
  private let orders: Wakeup
  /// Raised when there is a sample.
  let arrivals: Wakeup

  /// The longest time between two readings of announcements.
  private static let collection = Duration.milliseconds(250)

  init(_ request: WatchRequest, in scope: WatchScope) throws(SockDiagError) {
    self.scope = scope
    state = Mutex(State(request: request))
    orders = try Wakeup()
    arrivals = try Wakeup()
  }

  /// Starts the thread.
  func start() throws(CommandFailure) {
    do throws(SockDiagError) {
      try WorkerThread.start("sockdiag-watch") {
        cterminal_block_signals()
        self.run()
      }
    } catch {
      throw CommandFailure(error)
    }
  }

  /// Changes what is looked at.
  func use(_ request: WatchRequest) {
    state.withLock { $0.request = request }
    orders.raise()
  }

  /// Ends the thread after its look.
  func stop() {
    state.withLock { $0.isStopped = true }
    orders.raise()
  }

  /// The newest sample, once; `nil` if there is no new one.
  ///
  /// - Throws: The failure that ended the samples.
  func take() throws(CommandFailure) -> WatchSample? {
    arrivals.clear()
    let result = state.withLock { state in
      defer { state.result = nil }
      return state.result
    }
    return try result?.get()
  }

  private func run() {
    do throws(SockDiagError) {
      try lookUntilStopped()
    } catch {
      deliver(.failure(CommandFailure(error)))
    }
  }

  private func lookUntilStopped() throws(SockDiagError) {
    var current = state.withLock { $0.request }
    var tracking = WatchTracking(current.selection, in: scope)
    var pace = Pace(current.interval)
    while true {
      let (request, isStopped) = state.withLock { ($0.request, $0.isStopped) }
      if isStopped { return }
      if request != current {
        if request.selection != current.selection {
          tracking = WatchTracking(request.selection, in: scope)
        }
        if request.needsLook(after: current) || request.interval != current.interval { pace = Pace(request.interval) }
        current = request
      }
      if pace.isDue {
        let skipped = pace.beginTick()
        deliver(.success(try tracking.look(current, skipped: skipped)))
      } else {
        orders.wait(for: min(pace.next - .now, Self.collection))
        try tracking.collectEnds()
      }
    }
  }

  private func deliver(_ result: Result<WatchSample, CommandFailure>) {
    state.withLock { $0.result = result }
    arrivals.raise()
  }
}
