internal import Synchronization

extension SocketEvents {
  /// The events as an asynchronous sequence, which takes over the subscription.
  ///
  /// ```swift
  /// for try await event in try SocketEvents(.tcp).sequence() {
  /// if case .destroyed(let socket) = event { print(socket, socket.tcpInfo?.bytesReceived ?? 0) }
  /// }
  /// ```
  ///
  /// Nothing is buffered on this side of the kernel: a consumer that is too slow gets a ``SocketEvent/gap(_:)``.
  public consuming func sequence() -> SocketEventSequence { SocketEventSequence(self) }
}

/// Events for one consumer, which is suspended while there are none.
///
/// The wait blocks no thread. The iteration ends with `nil` as soon as its task is cancelled. The subscription ends
/// with the iteration, or with this value if there was no iteration.
public struct SocketEventSequence: AsyncSequence, Sendable {
  /// The reason why an iteration ends early.
  public typealias Failure = SockDiagError

  /// Holds the subscription until the iteration starts.
  private final class Store: Sendable {
    let events: Mutex<SocketEvents?>

    init(_ events: consuming SocketEvents) { self.events = Mutex(events) }
  }

  private let store: Store

  init(_ events: consuming SocketEvents) { store = Store(events) }

  /// Starts the iteration. Only one is possible: further iterators are empty.
  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(
      store.events.withLock { events in
        guard let events = events.take() else { return nil }
        return EventSource(events)
      })
  }

  /// An iteration.
  public struct AsyncIterator: AsyncIteratorProtocol {
    private var source: EventSource?

    init(_ source: EventSource?) { self.source = source }

    /// The next event; `nil` when the task is cancelled, and from then on.
    ///
    /// - Throws: ``SockDiagError``, which ends the iteration.
    public mutating func next() async throws(SockDiagError) -> SocketEvent? {
      try await next(isolation: #isolation)
    }

    /// The next event; `nil` when the task is cancelled, and from then on.
    ///
    /// - Throws: ``SockDiagError``, which ends the iteration.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(SockDiagError) -> SocketEvent? {
      guard let source else { return nil }
      do throws(SockDiagError) {
        // Checked here, so that a cancellation works during a flood of events.
        while !Task.isCancelled {
          if let event = try source.nextIfReady() { return event }
          await source.waitUntilReadable()
        }
      } catch {
        self.source = nil
        throw error
      }
      self.source = nil
      return nil
    }
  }
}
