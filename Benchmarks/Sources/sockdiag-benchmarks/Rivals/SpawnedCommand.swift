/// A program from its start to its end, with its output discarded.
final class SpawnedCommand: Rival {
  let name: String
  let role: Role
  let pace: Int
  let runsHere = false

  private let command: Command
  private let headerLines: Int

  init(_ command: Command, name: String, role: Role, headerLines: Int, pace: Int) {
    self.name = name
    self.role = role
    self.command = command
    self.headerLines = headerLines
    self.pace = pace
  }

  func count() throws -> Int {
    try command.run(countingLines: true) - headerLines
  }

  func run() throws -> Int? {
    _ = try command.run(countingLines: false)
    return nil
  }
}
