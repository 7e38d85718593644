internal import CBindTrace
internal import Synchronization

/// Changes how this process handles signals, from before the command is started until it has ended. Later signals are meant
/// for this process.
final class SignalGuard: Sendable {
  private struct State: Sendable {
    var slot: Int32?
    var hasEnded = false
  }

  private let state = Mutex(State())

  init() { cbindtrace_signals_begin() }

  deinit { end() }

  /// Passes signals on to a process. If there are too many commands, or no pidfds, no signals are passed on.
  func forward(to process: Int32) {
    let slot = cbindtrace_signals_forward(process)
    if slot >= 0 { state.withLock { $0.slot = slot } }
  }

  /// Restores the earlier handling. Calling it again does nothing.
  func end() {
    let ended = state.withLock { state in
      defer { state = State(hasEnded: true) }
      return state
    }
    guard !ended.hasEnded else { return }
    if let slot = ended.slot { cbindtrace_signals_forget(slot) }
    cbindtrace_signals_end()
  }
}
