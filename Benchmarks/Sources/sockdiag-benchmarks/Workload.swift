/// A question that every rival answers. The first rival is the yardstick of the others.
struct Workload {
  /// Names it on the command line and in records.
  let key: String
  let title: String
  /// What the right answer counts, so that a fast wrong one is no result.
  let expected: Int
  let rivals: [any Rival]
}

/// What a rival did in one workload.
struct Measurement {
  let rival: String
  let role: Role
  let count: Int
  let times: Samples
  /// Of the time to the yardstick's, taken round by round: both were disturbed by the same neighbours.
  let ratio: Double?
  /// Of one operation in this process; nil where the work is done by another.
  let allocations: UInt64?
}

struct Outcome {
  let workload: Workload
  let sockets: Int
  let measurements: [Measurement]
}
