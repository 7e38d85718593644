internal import Synchronization

/// Stops a conversation with the kernel from another thread, after the datagram that it receives.
package final class StopSignal: Sendable {
  private let isRaised = Atomic(false)

  package init() {}

  /// Raises the signal, for good.
  package func raise() { isRaised.store(true, ordering: .relaxed) }

  /// Throws if the signal was raised.
  package func check() throws(SockDiagError) {
    if isRaised.load(ordering: .relaxed) { throw SockDiagError(.cancelled, operation: "read sockets") }
  }
}
