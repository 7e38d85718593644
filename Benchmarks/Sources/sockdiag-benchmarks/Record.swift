import FoundationEssentials

/// One run as stored in `results/`: the figures, the machine and the date.
struct Record: Codable {
  struct Entry: Codable {
    let workload: String
    let sockets: Int
    let rival: String
    let role: Role
    let count: Int
    let samples: Int
    let medianNanoseconds: Double
    let minimumNanoseconds: Double
    let maximumNanoseconds: Double
    let ratio: Double?
    let allocations: UInt64?

    enum CodingKeys: String, CodingKey {
      case workload
      case sockets
      case rival
      case role
      case count
      case samples
      case medianNanoseconds = "median_ns"
      case minimumNanoseconds = "min_ns"
      case maximumNanoseconds = "max_ns"
      case ratio
      case allocations
    }
  }

  let date: Date
  let host: Host
  let rounds: Int
  let measurements: [Entry]
  let steady: [SteadyState]
  let polling: [PollingUnderChurn]
  let health: [Responsiveness]

  init(
    date: Date, host: Host, rounds: Int, outcomes: [Outcome], steady: [SteadyState], polling: [PollingUnderChurn],
    health: [Responsiveness]
  ) {
    self.date = date
    self.host = host
    self.rounds = rounds
    self.steady = steady
    self.polling = polling
    self.health = health
    measurements = outcomes.flatMap { outcome in
      outcome.measurements.map { measurement in
        Entry(
          workload: outcome.workload.key,
          sockets: outcome.sockets,
          rival: measurement.rival,
          role: measurement.role,
          count: measurement.count,
          samples: measurement.times.sorted.count,
          medianNanoseconds: measurement.times.median.rounded(),
          minimumNanoseconds: measurement.times.minimum.rounded(),
          maximumNanoseconds: measurement.times.maximum.rounded(),
          ratio: measurement.ratio.map { ($0 * 1_000).rounded() / 1_000 },
          allocations: measurement.allocations
        )
      }
    }
  }

  func write(to path: String) throws {
    let encoder = JSONEncoder()
    encoder.dateEncodingStrategy = .iso8601
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try (encoder.encode(self) + Data("\n".utf8)).write(to: URL(filePath: path))
  }
}
