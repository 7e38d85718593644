/// Measures rivals in rotation: A B C, B C A, C A B, … If all rounds of one rival came first, the last rival would
/// suffer from later disturbances of the machine. In a fixed order, each rival would suffer from the caches that its
/// predecessor left.
struct Rounds {
  let count: Int

  func measure(_ workload: Workload, sockets: Int) throws -> Outcome {
    for rival in workload.rivals {
      try rival.prepare()
      try check(rival.count(), by: rival, in: workload)
    }
    var table = workload.rivals.map { _ in [Int: Double]() }
    var allocations = workload.rivals.map { _ in UInt64.max }
    for round in 0..<count {
      for turn in workload.rivals.indices {
        let index = (turn + round) % workload.rivals.count
        let rival = workload.rivals[index]
        guard round % rival.pace == 0 else { continue }
        let sample = try sample(rival, in: workload)
        table[index][round] = sample.nanoseconds
        // The minimum of all rounds: a round that grows a buffer is not the steady state.
        allocations[index] = min(allocations[index], sample.allocations)
      }
    }
    let yardstick = table.first ?? [:]
    let measurements = workload.rivals.indices.compactMap { index -> Measurement? in
      let rival = workload.rivals[index]
      guard let times = Samples(Array(table[index].values)) else { return nil }
      let ratios = table[index].compactMap { round, time in yardstick[round].flatMap { $0 > 0 ? time / $0 : nil } }
      let isCounted = rival.runsHere && AllocationCounter.isCounting
      let operations = UInt64(rival.operations * rival.repeats)
      return Measurement(
        rival: rival.name,
        role: rival.role,
        count: workload.expected,
        times: times,
        ratio: Samples(ratios)?.median,
        // Rounded up: one allocation in a thousand operations is not zero.
        allocations: isCounted ? allocations[index].dividedRoundingUp(by: operations) : nil
      )
    }
    return Outcome(workload: workload, sockets: sockets, measurements: measurements)
  }

  private func sample(
    _ rival: any Rival,
    in workload: Workload
  ) throws -> (nanoseconds: Double, allocations: UInt64) {
    try rival.prepare()
    if let time = try rival.timedRun() { return (time / .nanoseconds(1), 0) }
    let clock = ContinuousClock()
    let allocated = AllocationCounter.count
    let start = clock.now
    for _ in 0..<rival.repeats {
      if let found = try rival.run() {
        try check(found, by: rival, in: workload)
      }
    }
    let time = start.duration(to: clock.now)
    let allocations = AllocationCounter.count - allocated
    return (time / .nanoseconds(1) / Double(rival.operations * rival.repeats), allocations)
  }

  private func check(_ found: Int, by rival: any Rival, in workload: Workload) throws {
    guard found == workload.expected else {
      throw BenchmarkError(
        "\(workload.key): \(rival.name) found \(found) sockets, expected \(workload.expected); no time is reported"
      )
    }
  }
}

extension UInt64 {
  fileprivate func dividedRoundingUp(by divisor: UInt64) -> UInt64 {
    self / divisor + (self % divisor == 0 ? 0 : 1)
  }
}
