import CFloor

/// /proc/net/tcp and tcp6 read and not parsed: the minimum for every parser.
final class ProcRead: Rival {
  let name: String
  let role = Role.other
  let pace: Int

  private let rows: floor_rows

  private init(_ name: String, rows: floor_rows, pace: Int) {
    self.name = name
    self.rows = rows
    self.pace = pace
  }

  static func everything() -> ProcRead {
    ProcRead("/proc read, not parsed", rows: FLOOR_ALL_ROWS, pace: 1)
  }

  static func listeners() -> ProcRead {
    ProcRead("/proc read, states looked at", rows: FLOOR_LISTENERS, pace: 3)
  }

  /// Correct only because the kernel happens to print listeners first.
  static func untilLastListener() -> ProcRead {
    ProcRead("/proc read up to the last listener", rows: FLOOR_LISTENERS_UNTIL_OTHERS, pace: 1)
  }

  func run() throws -> Int? {
    let count = floor_read_proc(rows)
    guard count >= 0 else { throw BenchmarkError("/proc/net/tcp: \(errorText(count))") }
    return count
  }
}
