extension SocketInspector {
  /// Samples at a steady pace, taken with this inspector on a thread of its own.
  ///
  /// - Parameters:
  ///   - interval: The time from sample to sample.
  ///   - take: Takes a sample.
  public consuming func samples<Value: Sendable>(
    every interval: Duration,
    _ take: @escaping @Sendable (inout SocketInspector) throws(SockDiagError) -> Value
  ) -> Samples<Value> {
    Samples(
      Sampler(every: interval, self) { inspector, stop throws(SockDiagError) in
        inspector.reader.conversation.stop = stop
        return try take(&inspector)
      })
  }
}

extension SocketTracker {
  /// Rounds at a steady pace, made with an inspector on a thread of its own. In between the thread takes the announcements
  /// of ends as they come.
  ///
  /// - Parameters:
  ///   - interval: The time from round to round.
  ///   - inspector: An inspector of the tracker's network namespace.
  ///   - take: Makes a value of a round. It calls ``update(_:_:)``.
  public consuming func samples<Value: Sendable>(
    every interval: Duration, with inspector: consuming SocketInspector,
    _ take: @escaping @Sendable (inout SocketTracker, inout SocketInspector) throws(SockDiagError) -> Value
  ) -> Samples<Value> {
    let descriptor = fileDescriptor
    return Samples(
      Sampler(
        every: interval, Tracking(tracker: self, inspector: inspector), watching: descriptor,
        idle: { state throws(SockDiagError) in try state.tracker.collectEnds() },
        take: { state, stop throws(SockDiagError) in
          state.inspector.reader.conversation.stop = stop
          return try take(&state.tracker, &state.inspector)
        }))
  }
}

private struct Tracking: ~Copyable, Sendable {
  var tracker: SocketTracker
  var inspector: SocketInspector
}
