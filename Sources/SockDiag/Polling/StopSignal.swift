internal import Synchronization

/// Stops work of another thread: a conversation with the kernel ends after the datagram that it receives.
package final class StopSignal: Sendable {
  private let flag = Atomic(false)

  package init() {}

  /// Raises the signal, for good.
  package func raise() { flag.store(true, ordering: .relaxed) }

  package var isRaised: Bool { flag.load(ordering: .relaxed) }

  /// Throws if the signal was raised.
  package func check() throws(SockDiagError) {
    if isRaised { throw SockDiagError(.cancelled, operation: "read sockets") }
  }
}
