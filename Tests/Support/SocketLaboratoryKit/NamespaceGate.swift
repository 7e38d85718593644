public import SocketLaboratory
internal import Synchronization

/// Lets a few namespaces exist at a time.
///
/// Tests run side by side without a limit, and a hundred situations at once on two cores take so long that what the
/// kernel keeps for a minute is gone before anybody looks.
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
