import FoundationEssentials

/// One run as stored in `results/`: the figures, the machine and the date. Pages and charts are drawn from it alone.
struct Record: Codable {
  struct Entry: Codable {
    let workload: String
    let title: String
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
      case title
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

  /// The results of one workload on a host with so many sockets. The first entry is the reference of the ratios.
  struct Table {
    let workload: String
    let title: String
    let sockets: Int
    let entries: [Entry]
  }

  private(set) var date: Date
  let host: Host
  let rounds: Int
  private(set) var measurements: [Entry]
  private(set) var steady: [SteadyState]
  private(set) var polling: [PollingUnderChurn]
  private(set) var health: [Responsiveness]

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
          title: outcome.workload.title,
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

  init(readingFrom path: String) throws {
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    do {
      self = try decoder.decode(Record.self, from: Data(contentsOf: URL(filePath: path)))
    } catch {
      throw BenchmarkError("\(path) is no record of this program: \(error)")
    }
  }

  func write(to path: String) throws {
    let encoder = JSONEncoder()
    encoder.dateEncodingStrategy = .iso8601
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try (encoder.encode(self) + Data("\n".utf8)).write(to: URL(filePath: path))
  }

  /// The day, as the names of records have it.
  var day: String { date.formatted(.iso8601.year().month().day()) }

  /// In the order in which they were measured.
  var tables: [Table] {
    var tables: [Table] = []
    for entry in measurements {
      if let last = tables.last, last.workload == entry.workload, last.sockets == entry.sockets {
        tables[tables.count - 1] = Table(
          workload: last.workload, title: last.title, sockets: last.sockets, entries: last.entries + [entry])
      } else {
        tables.append(
          Table(workload: entry.workload, title: entry.title, sockets: entry.sockets, entries: [entry]))
      }
    }
    return tables
  }

  /// Takes the workloads of a later run on the same machine, each as a whole: ratios hold within a run alone.
  mutating func replaceWorkloads(with later: Record) throws {
    guard later.host == host else { throw BenchmarkError("the records are of different machines or kernels") }
    let renewed = Set(later.tables.map { "\($0.workload) \($0.sockets)" })
    measurements.removeAll { renewed.contains("\($0.workload) \($0.sockets)") }
    measurements += later.measurements
    if !later.steady.isEmpty { steady = later.steady }
    if !later.polling.isEmpty { polling = later.polling }
    if !later.health.isEmpty { health = later.health }
    date = later.date
  }
}
