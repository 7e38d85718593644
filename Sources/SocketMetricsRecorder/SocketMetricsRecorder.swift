#if SwiftMetrics
  public import CoreMetrics
  public import SockDiag
  public import SocketMetrics

  /// Records the metrics of sockets into the metrics system of a program, for services that export their own host.
  ///
  /// ```swift
  /// let recorder = try SocketMetricsRecorder()
  /// try await recorder.run(every: .seconds(15))
  /// ```
  ///
  /// Names, labels and values are those of the pages of `SocketMetrics`. swift-metrics has no type for a distribution
  /// of what is there now, so its parts are meters: `…_bucket` with the label `le`, `…_gcount` and `…_gsum`.
  public actor SocketMetricsRecorder {
    /// A series: a name and its labels.
    private struct Series: Hashable {
      var name: String
      var labels: [MetricLabel]
    }

    private struct CounterState {
      var counter: Counter
      var total: UInt64
    }

    private let exporter: MetricsExporter
    private let factory: any MetricsFactory
    private var counters: [Series: CounterState] = [:]
    private var meters: [Series: Meter] = [:]

    /// Creates a recorder of the sockets in the network namespace of the calling thread.
    ///
    /// - Parameter factory: Where the metrics go; by default into the program's metrics system.
    /// - Throws: `SockDiagError` if sockets cannot be read.
    public init(
      _ configuration: MetricsConfiguration = MetricsConfiguration(),
      factory: any MetricsFactory = MetricsSystem.factory
    ) throws(SockDiagError) {
      exporter = try MetricsExporter(configuration)
      self.factory = factory
    }

    /// Looks at the sockets and records what is there, again and again until the task is cancelled.
    ///
    /// - Throws: `CancellationError`. A look that fails is left out, and the next one counts what it missed.
    public func run(every interval: Duration) async throws {
      var next = ContinuousClock.now
      while true {
        try? await record()
        while next <= .now { next += interval }
        try await Task.sleep(until: next)
      }
    }

    /// Looks at the sockets once and records what is there.
    ///
    /// - Throws: `SockDiagError` if sockets cannot be read.
    public func record() async throws(SockDiagError) {
      let result = await withCheckedContinuation { continuation in
        exporter.families { continuation.resume(returning: $0) }
      }
      record(try result.get())
    }

    private func record(_ families: [MetricFamily]) {
      var seen: Set<Series> = []
      for family in families {
        for sample in family.samples {
          switch (family.kind, sample.value) {
          case (.counter, .integer(let total)):
            count(Series(name: "\(family.name)_total", labels: sample.labels), total, &seen)
          case (.info, .integer(let value)):
            set(Series(name: "\(family.name)_info", labels: sample.labels), Double(value), &seen)
          case (_, .integer(let value)): set(Series(name: family.name, labels: sample.labels), Double(value), &seen)
          case (_, .real(let value)): set(Series(name: family.name, labels: sample.labels), value, &seen)
          case (_, .distribution(let distribution)): set(distribution, family.name, sample.labels, &seen)
          }
        }
      }
      // What is gone must not be exported with its last value for good.
      for (series, state) in counters where !seen.contains(series) {
        state.counter.destroy()
        counters[series] = nil
      }
      for (series, meter) in meters where !seen.contains(series) {
        meter.destroy()
        meters[series] = nil
      }
    }

    private func count(_ series: Series, _ total: UInt64, _ seen: inout Set<Series>) {
      seen.insert(series)
      var state =
        counters[series]
        ?? CounterState(
          counter: Counter(label: series.name, dimensions: Self.dimensions(series), factory: factory), total: 0)
      // A total that fell belongs to a series that ended and began anew between two looks.
      let rise = total >= state.total ? total - state.total : total
      state.counter.increment(by: Int64(clamping: rise))
      state.total = total
      counters[series] = state
    }

    private func set(_ series: Series, _ value: Double, _ seen: inout Set<Series>) {
      seen.insert(series)
      let meter =
        meters[series] ?? Meter(label: series.name, dimensions: Self.dimensions(series), factory: factory)
      meters[series] = meter
      meter.set(value)
    }

    private func set(
      _ distribution: MetricDistribution, _ name: String, _ labels: [MetricLabel], _ seen: inout Set<Series>
    ) {
      var count: UInt64 = 0
      for (index, number) in distribution.counts.enumerated() {
        count &+= number
        let bound = index < distribution.bounds.count ? "\(distribution.bounds[index])" : "+Inf"
        set(Series(name: "\(name)_bucket", labels: labels + [MetricLabel("le", bound)]), Double(count), &seen)
      }
      set(Series(name: "\(name)_gcount", labels: labels), Double(count), &seen)
      set(Series(name: "\(name)_gsum", labels: labels), distribution.sum, &seen)
    }

    private static func dimensions(_ series: Series) -> [(String, String)] { series.labels.map { ($0.name, $0.value) } }
  }
#endif
