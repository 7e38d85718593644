internal import Synchronization

/// Limits the number of namespaces that exist at a time.
///
/// Tests run in parallel without a limit. A hundred situations at once on two cores would take so long that a record
/// which the kernel keeps for a minute expires before the test reads it.
final class NamespaceGate: Sendable {
  static let shared = NamespaceGate(width: 4)

  private let state: Mutex<(free: Int, waiting: [CheckedContinuation<Void, Never>])>

  init(width: Int) { state = Mutex((width, [])) }

  func enter() async {
    await withCheckedContinuation { continuation in
      let isFree = state.withLock { state in
        if state.free == 0 {
          state.waiting.append(continuation)
          return false
        }
        state.free -= 1
        return true
      }
      if isFree { continuation.resume() }
    }
  }

  func leave() {
    let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
      if state.waiting.isEmpty {
        state.free += 1
        return nil
      }
      return state.waiting.removeFirst()
    }
    next?.resume()
  }
}
