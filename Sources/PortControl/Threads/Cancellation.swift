internal import SockDiag

/// Tells a thread that sleeps in poll(2) to end.
final class Cancellation: Sendable {
  private let wakeup: Wakeup

  init() throws(PortControlError) {
    do throws(SockDiagError) { wakeup = try Wakeup() } catch { throw PortControlError(.system, errno: error.errno) }
  }

  /// It becomes readable when the work is cancelled.
  var descriptor: Int32 { wakeup.descriptor }

  /// Ends the work. A second call changes nothing.
  func cancel() { wakeup.raise() }

  /// Whether the work is to end.
  var isCancelled: Bool { QuietHost(cancelDescriptor: descriptor).isCancelled }
}
