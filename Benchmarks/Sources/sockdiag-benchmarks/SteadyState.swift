import CHarness

/// Polls a rival many times and measures allocations and memory.
struct SteadyState: Codable {
  let rival: String
  let sockets: Int
  let polls: Int
  /// The allocations of all polls together; nil if they cannot be counted.
  let allocations: UInt64?
  let residentBytesBefore: Int
  let residentBytesAfter: Int

  enum CodingKeys: String, CodingKey {
    case rival
    case sockets
    case polls
    case allocations
    case residentBytesBefore = "resident_bytes_before"
    case residentBytesAfter = "resident_bytes_after"
  }

  init(polling rival: any Rival, times polls: Int) throws {
    // The first polls grow buffers and bind symbols, so their allocations do not count.
    var sockets = 0
    for _ in 0..<min(polls, 3) {
      sockets = try rival.run() ?? 0
    }
    let residentBefore = harness_resident_bytes()
    let allocated = AllocationCounter.count
    for _ in 0..<polls {
      _ = try rival.run()
    }
    let allocations = AllocationCounter.count - allocated
    residentBytesBefore = residentBefore
    residentBytesAfter = harness_resident_bytes()
    self.rival = rival.name
    self.sockets = sockets
    self.polls = polls
    self.allocations = AllocationCounter.isCounting ? allocations : nil
  }
}
