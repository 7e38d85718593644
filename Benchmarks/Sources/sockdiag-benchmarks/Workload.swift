/// The work that every rival does. The first rival is the reference for the others.
struct Workload {
  /// The name on the command line and in records.
  let key: String
  let title: String
  /// The expected count, so that a fast wrong answer is not a result.
  let expected: Int
  let rivals: [any Rival]
}

/// The result of a rival in one workload.
struct Measurement {
  let rival: String
  let role: Role
  let count: Int
  let times: Samples
  /// Ratio of its time to the reference's, computed per round, because both had the same disturbances.
  let ratio: Double?
  /// Allocations per operation in this process; nil if another process does the work.
  let allocations: UInt64?
}

struct Outcome {
  let workload: Workload
  let sockets: Int
  let measurements: [Measurement]
}
