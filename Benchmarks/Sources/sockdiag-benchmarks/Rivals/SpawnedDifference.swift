/// The time that an option adds to a program: its time with the option minus its time without, measured one after the
/// other.
final class SpawnedDifference: Rival {
  let name: String
  let role: Role
  let pace: Int
  let runsHere = false

  private let plain: Command
  private let more: Command
  private let headerLines: Int

  init(_ name: String, _ more: Command, without plain: Command, role: Role, headerLines: Int, pace: Int) {
    self.name = name
    self.role = role
    self.plain = plain
    self.more = more
    self.headerLines = headerLines
    self.pace = pace
  }

  func count() throws -> Int { try more.run(countingLines: true) - headerLines }

  func run() throws -> Int? {
    _ = try more.run(countingLines: false)
    return nil
  }

  func timedRun() throws -> Duration? {
    let clock = ContinuousClock()
    let base = try clock.measure { _ = try plain.run(countingLines: false) }
    return try clock.measure { _ = try more.run(countingLines: false) } - base
  }
}
