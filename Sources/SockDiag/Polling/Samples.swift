/// Samples at a steady pace, taken on a thread of their own.
///
/// ```swift
/// for try await sample in try SocketInspector().samples(every: .seconds(1), { inspector throws(SockDiagError) in
///   try inspector.dump(SocketQuery(.tcp)).sockets.count
/// }) {
///   print(sample.value, sample.skipped)
/// }
/// ```
///
/// The first sample is taken at once, and the others at whole multiples of the interval after it, so the pace does not
/// drift. A sample is taken only while the consumer waits for it. Where the consumer or the sampling itself takes longer
/// than the interval, samples are left out and ``Sample/skipped`` counts them.
///
/// The iteration ends with `nil` as soon as its task is cancelled; a walk that is under way stops after the datagram that
/// it receives. An error ends the iteration too. One iteration is possible: further iterators are empty.
public struct Samples<Value: Sendable>: AsyncSequence, Sendable {
  /// The reason why an iteration ends early.
  public typealias Failure = SockDiagError

  private let sampler: Sampler<Value>

  init(_ sampler: Sampler<Value>) { self.sampler = sampler }

  /// Starts the thread.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(sampler.start()) }

  /// An iteration.
  public struct AsyncIterator: AsyncIteratorProtocol {
    /// Ends the samples when the iterator is gone.
    private final class Iteration: Sendable {
      let source: SampleSource<Value>

      init(_ source: SampleSource<Value>) { self.source = source }
      deinit { source.end() }
    }

    private var start: Result<Iteration, SockDiagError>?

    init(_ start: Result<SampleSource<Value>, SockDiagError>?) { self.start = start?.map(Iteration.init) }

    /// The next sample; `nil` when the task is cancelled, and from then on.
    ///
    /// - Throws: ``SockDiagError``, which ends the iteration.
    public mutating func next() async throws(SockDiagError) -> Sample<Value>? {
      try await next(isolation: #isolation)
    }

    /// The next sample; `nil` when the task is cancelled, and from then on.
    ///
    /// - Throws: ``SockDiagError``, which ends the iteration.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(SockDiagError) -> Sample<Value>? {
      guard let start else { return nil }
      do throws(SockDiagError) {
        if let sample = try await start.get().source.next() { return sample }
      } catch {
        self.start = nil
        throw error
      }
      self.start = nil
      return nil
    }
  }
}

/// A value that was sampled, and when.
public struct Sample<Value: Sendable>: Sendable {
  /// The value.
  public var value: Value
  /// When the sampling began.
  public var taken: ContinuousClock.Instant
  /// How long it took.
  public var duration: Duration
  /// The number of samples that were left out before this one, because the consumer or the sampling took too long.
  public var skipped: Int
}
