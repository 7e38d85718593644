internal import Synchronization

extension SocketEvents {
  /// The events as an asynchronous sequence, which takes over the subscription.
  ///
  /// ```swift
  /// for try await event in try SocketEvents(.tcp).sequence() {
  ///   if case .destroyed(let socket) = event { print(socket, socket.tcpInfo?.bytesReceived ?? 0) }
  /// }
  /// ```
  ///
  /// Nothing is buffered on this side of the kernel: a consumer that is too slow finds a ``SocketEvent/gap(_:)``.
  public consuming func sequence() -> SocketEventSequence { SocketEventSequence(self) }
}

/// Events for one consumer, who is suspended while there are none.
///
/// No thread waits with the consumer. The iteration ends with `nil` as soon as its task is cancelled; the subscription
/// ends with the iteration, or with this value if nobody ever iterates.
public struct SocketEventSequence: AsyncSequence, Sendable {
  /// What ends an iteration early.
  public typealias Failure = SockDiagError

  /// The subscription until somebody iterates.
  private final class Store: Sendable {
    let events: Mutex<SocketEvents?>

    init(_ events: consuming SocketEvents) { self.events = Mutex(events) }
  }

  private let store: Store

  init(_ events: consuming SocketEvents) { store = Store(events) }

  /// Begins the iteration. There is one: any further iterator is at its end.
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

    /// The next event; `nil` when the task is cancelled, and ever after.
    ///
    /// - Throws: ``SockDiagError``, which ends the iteration.
    public mutating func next() async throws(SockDiagError) -> SocketEvent? {
      try await next(isolation: #isolation)
    }

    /// The next event; `nil` when the task is cancelled, and ever after.
    ///
    /// - Throws: ``SockDiagError``, which ends the iteration.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(SockDiagError) -> SocketEvent? {
      guard let source else { return nil }
      do throws(SockDiagError) {
        // A flood must not outrun the cancellation.
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
