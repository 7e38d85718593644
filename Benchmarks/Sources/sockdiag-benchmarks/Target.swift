/// A figure that this project demands of itself. The page says whether the run reached it.
struct Target {
  let workload: String
  let rival: String
  let limit: Limit
  /// The numbers of sockets for which it is demanded.
  var sizes = [100_000]

  enum Limit {
    /// Of the first rival, which is the floor or `ss`.
    case ratio(Double)
    /// Of another rival.
    case ratioTo(rival: String, Double)
    case milliseconds(Double)
  }

  private static let everySize = [1_000, 10_000, 100_000, 1_000_000]

  static let all: [Target] = [
    Target(workload: "dump", rival: "SockDiag: streamed", limit: .ratio(1.03)),
    Target(workload: "dump", rival: "SockDiag: to an array", limit: .ratio(1.1)),
    Target(workload: "details", rival: "SockDiag: streamed, with details", limit: .ratio(1.1)),
    Target(workload: "details", rival: "SockDiag: to an array, with details", limit: .ratio(1.2)),
    Target(workload: "dump", rival: "SockDiag: to an array, two walkers", limit: .ratio(0.8)),
    Target(workload: "members", rival: "SockDiag: streamed, reads five members", limit: .ratio(1.18)),
    Target(workload: "dump", rival: "SockDiag: counts by state", limit: .ratio(1.03)),
    Target(workload: "dump", rival: "SockDiag: sums by state", limit: .ratio(1.03)),
    Target(workload: "dump", rival: "SockDiag: a tracker's round", limit: .ratio(1.15)),
    Target(workload: "details", rival: "SockDiag: a tracker's round, with details", limit: .ratio(1.25)),
    Target(workload: "listening", rival: "SockDiag: to an array", limit: .ratio(1.3)),
    Target(workload: "get", rival: "SockDiag: exact get", limit: .ratio(1.3)),
    Target(workload: "owners", rival: "SocketOwners: first search", limit: .ratio(0.1)),
    Target(
      workload: "owners", rival: "SocketOwners: second search, 1 % changed",
      limit: .ratioTo(rival: "SocketOwners: first search", 0.05)),
    Target(workload: "command-start", rival: "sockdiag list -tl", limit: .ratio(1.5), sizes: [0]),
    Target(workload: "command-listening", rival: "sockdiag list -tl", limit: .ratio(1), sizes: everySize),
    Target(workload: "command-all", rival: "sockdiag list -ta", limit: .ratio(1), sizes: everySize),
    Target(workload: "command-all", rival: "sockdiag list -ta --ndjson", limit: .ratio(1), sizes: everySize),
    Target(workload: "command-why", rival: "sockdiag why :P", limit: .milliseconds(25)),
  ]

  /// Compares them as the page shows them.
  private func isReached(_ ratio: Double, _ limit: Double) -> Bool {
    ratio <= limit || Units.ratio(ratio) == Units.ratio(limit)
  }

  /// One row per number of sockets that was measured: work, way, sockets, target, measured, and whether it is reached.
  func rows(in tables: [Record.Table]) -> [[String]] {
    sizes.compactMap { size -> [String]? in
      guard let table = tables.first(where: { $0.workload == workload && $0.sockets == size }),
        let entry = table.entries.first(where: { $0.rival == rival }), let reference = table.entries.first
      else { return nil }
      func row(_ demanded: String, _ measured: String, _ isReached: Bool) -> [String] {
        [table.title, rival, Units.count(size), "≤ " + demanded, measured, isReached ? "yes" : "**no**"]
      }
      switch limit {
      case .ratio(let limit):
        guard let ratio = entry.ratio, entry.rival != reference.rival else { return nil }
        let yardstick = reference.role == .floor ? "floor" : reference.rival
        return row("\(Units.ratio(limit)) \(yardstick)", Units.ratio(ratio), isReached(ratio, limit))
      case .ratioTo(let other, let limit):
        guard let yardstick = table.entries.first(where: { $0.rival == other }) else { return nil }
        let ratio = entry.medianNanoseconds / yardstick.medianNanoseconds
        return row("\(Units.ratio(limit)) \(other)", Units.ratio(ratio), isReached(ratio, limit))
      case .milliseconds(let limit):
        let time = entry.medianNanoseconds
        return row(Units.time(limit * 1e6), Units.time(time), time <= limit * 1e6)
      }
    }
  }
}
