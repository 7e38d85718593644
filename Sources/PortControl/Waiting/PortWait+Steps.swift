/// The steps of a wait.
#if hasAttribute(nonexhaustive)
  @nonexhaustive
#endif
public enum WaitStep: Sendable, Hashable {
  /// The goal is not reached yet.
  case waiting(WaitStatus)
  /// The wait has ended. No step follows.
  case ended(WaitResult)

  /// Whether the goal is reached.
  public var isReached: Bool {
    switch self {
    case .waiting: false
    case .ended(let result): result.isReached
    }
  }
}

extension WaitStep: CustomStringConvertible {
  /// The step as one sentence without a full stop.
  public var description: String {
    switch self {
    case .waiting(let status): "waiting: \(status)"
    case .ended(let result): "\(result)"
    }
  }
}

/// A step for each look that does not reach the goal, and a last one with the result.
///
/// The wait runs on a thread of its own, which starts when the iterator is made, in the network namespace of the thread
/// that makes it. A reader that is slower than the wait gets the newest step, and always the last. If the task is
/// cancelled, the sequence ends at once without a result, and the thread ends too: at once if it sleeps, or else after
/// its present look.
extension PortWait: AsyncSequence {
  /// Reads the steps.
  public struct AsyncIterator: AsyncIteratorProtocol {
    private var steps: AsyncStream<Result<WaitStep, PortControlError>>.Iterator

    fileprivate init(_ wait: PortWait) {
      let (stream, continuation) = AsyncStream.makeStream(
        of: Result<WaitStep, PortControlError>.self, bufferingPolicy: .bufferingNewest(1))
      steps = stream.makeAsyncIterator()
      wait.start(continuation)
    }

    /// The next step; `nil` after the last, and if the task is cancelled.
    ///
    /// - Throws: ``PortControlError`` if sockets cannot be read, or if bind() fails with an error that no waiting
    ///   changes.
    public mutating func next(
      isolation actor: isolated (any Actor)? = #isolation
    ) async throws(PortControlError) -> WaitStep? {
      try await steps.next(isolation: actor)?.get()
    }

    /// The next step, for callers that have no isolation.
    public mutating func next() async throws(PortControlError) -> WaitStep? { try await next(isolation: nil) }
  }

  /// Starts the wait.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }

  /// Waits on a thread of its own, and returns how it ended.
  ///
  /// - Throws: ``PortControlError`` if sockets cannot be read, or if bind() fails with an error that no waiting
  ///   changes.
  public func result() async throws(PortControlError) -> WaitResult {
    for try await case .ended(let result) in self { return result }
    return WaitResult(outcome: .cancelled, limit: timeout ?? .zero)
  }

  private func start(_ continuation: AsyncStream<Result<WaitStep, PortControlError>>.Continuation) {
    do throws(PortControlError) {
      let cancellation = try Cancellation()
      continuation.onTermination = { _ in cancellation.cancel() }
      try OwnThread.start {
        do throws(PortControlError) {
          try viewpoint.prepare()
          var host = QuietHost(cancelDescriptor: cancellation.descriptor) {
            continuation.yield(.success(.waiting($0)))
          }
          continuation.yield(.success(.ended(try wait(in: &host))))
        } catch {
          continuation.yield(.failure(error))
        }
        continuation.finish()
      }
    } catch {
      continuation.yield(.failure(error))
      continuation.finish()
    }
  }
}
