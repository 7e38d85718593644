/// One way to do the work of a workload. To add a rival is to add a file in `Rivals/` and its line in `Catalogue.swift`.
protocol Rival: AnyObject {
  var name: String { get }

  /// Its part in the comparison: the chart colours by it.
  var role: Role { get }

  /// It takes part in every `pace`-th round. A rival that needs half a second would otherwise decide how long a run is.
  var pace: Int { get }

  /// False where another process does the work, whose allocations cannot be counted.
  var runsHere: Bool { get }

  /// How many runs make one sample: enough that a sample is long beside the clock and an interrupt.
  var repeats: Int { get }

  /// How many operations one `run()` performs; the reported time is that of one.
  var operations: Int { get }

  /// Called before each run, and not timed.
  func prepare() throws

  /// The number of sockets found, checked once before anything is timed. Differs from `run()` where counting would
  /// change what is measured.
  func count() throws -> Int

  /// Does the work once. Returns the number of sockets found, or nil where the work itself cannot tell.
  func run() throws -> Int?

  /// Does the work once and says what it took, where that is not the time between start and end; else nil.
  func timedRun() throws -> Duration?
}

enum Role: String, Codable {
  case floor
  case ours
  case other
}

extension Rival {
  var pace: Int { 1 }
  var runsHere: Bool { true }
  var repeats: Int { 1 }
  var operations: Int { 1 }
  func prepare() throws {}
  func timedRun() throws -> Duration? { nil }

  func count() throws -> Int {
    guard let count = try run() else { throw BenchmarkError("\(name) does not count its sockets") }
    return count
  }
}
