/// One way to do the work of a workload. To add a rival, add a file in `Rivals/` and a line in `Catalogue.swift`.
protocol Rival: AnyObject {
  var name: String { get }

  /// Its part in the comparison, which sets its colour in the chart.
  var role: Role { get }

  /// The rival takes part in every `pace`-th round, so that slow rivals do not determine the length of a run.
  var pace: Int { get }

  /// False if another process does the work, whose allocations cannot be counted.
  var runsHere: Bool { get }

  /// The number of runs per sample. It makes a sample long compared with the clock's resolution and an interrupt.
  var repeats: Int { get }

  /// The number of operations in one `run()`; the reported time is that of one operation.
  var operations: Int { get }

  /// Called before each run; its time is not counted.
  func prepare() throws

  /// The number of sockets found, checked once before anything is timed. It differs from `run()` if counting would
  /// change the measurement.
  func count() throws -> Int

  /// Does the work once. Returns the number of sockets found, or nil if the work does not count them.
  func run() throws -> Int?

  /// Does the work once and returns its time, if that is not the time between start and end; otherwise nil.
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
