internal import Glibc

/// Where a subscription receives from: the kernel, or a stand-in that a test made.
enum EventsTransport: EventTransport, ~Copyable, Sendable {
  /// A socket of the running kernel.
  case kernel(EventSubscription)
  /// A stand-in of `SockDiagTesting`.
  case standIn(any StandInEvents)

  mutating func receive(into buffer: inout [UInt8]) -> Reception {
    switch self {
    case .kernel(let subscription): subscription.receive(into: &buffer)
    case .standIn(let standIn): standIn.receive(into: &buffer)
    }
  }

  mutating func drops() -> UInt32? {
    switch self {
    case .kernel(let subscription): subscription.drops()
    case .standIn(let standIn): standIn.drops()
    }
  }

  var descriptor: Int32 {
    switch self {
    case .kernel(let subscription): subscription.descriptor
    case .standIn(let standIn): standIn.fileDescriptor
    }
  }

  var receiveBufferByteCount: Int {
    switch self {
    case .kernel(let subscription): subscription.receiveBufferByteCount
    case .standIn: 0
    }
  }

  /// Waits until there is something to receive, or the time is up. A stand-in only has its time.
  func waitUntilReadable(milliseconds: Int32?) {
    switch self {
    case .kernel(let subscription): subscription.waitUntilReadable(milliseconds: milliseconds)
    case .standIn: usleep(UInt32(clamping: milliseconds ?? 10) * 1_000)
    }
  }
}

/// A stand-in for the kernel's announcements.
package protocol StandInEvents: AnyObject, Sendable {
  /// Readable while an announcement waits.
  var fileDescriptor: Int32 { get }

  /// Receives one datagram, without waiting.
  func receive(into buffer: inout [UInt8]) -> Reception

  /// The number of announcements that were dropped so far.
  func drops() -> UInt32?
}
