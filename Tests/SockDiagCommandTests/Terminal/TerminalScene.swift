import SocketLaboratory
import SocketLaboratoryKit

/// A situation and the commands that a person runs in it, at a terminal.
struct TerminalScene: Sendable, CustomStringConvertible {
  /// A command line, and what its output must be.
  struct Command: Sendable {
    /// The words after the name of the command.
    var words: [String]
    /// The program that starts the command, such as `setpriv`.
    var starter: [String] = []
    /// The key that is typed, with Enter, after a text was shown.
    var typing: (after: String, key: String)?
    /// The most lines that it may print.
    var limit: Int?
    /// Texts that the first line holds. At 60 columns the first sentence may need two lines.
    var firstLine: [String] = []

    init(
      _ line: String, by starter: [String] = [], typing: (after: String, key: String)? = nil, limit: Int? = nil,
      firstLine: [String] = []
    ) {
      words = line.split(separator: " ").map(String.init)
      (self.starter, self.typing, self.limit, self.firstLine) = (starter, typing, limit, firstLine)
    }
  }

  let description: String
  let build: @Sendable (Laboratory) throws -> (kept: [Any], commands: [Command])

  init(_ name: String, _ build: @escaping @Sendable (Laboratory) throws -> (kept: [Any], commands: [Command])) {
    (description, self.build) = (name, build)
  }

  /// Commands of which each runs in a situation of the demo.
  init(_ situation: String, _ commands: [Command]) {
    self.init("\(situation): \(commands.map { $0.words.joined(separator: " ") })") { laboratory in
      guard let situation = BindSituation.named(situation) else { throw Tool.Failure(what: "no \(situation)") }
      return ([try situation.build(in: laboratory)], commands)
    }
  }
}

extension TerminalScene {
  /// The questions of a situation of the demo, answered in short, and the first one with its reasons.
  init(_ situation: BindSituation) {
    self.init(situation.name) { laboratory in
      let scene = try situation.build(in: laboratory)
      let questions = situation.questions(about: scene.port)
      var commands = questions.map { words in
        var command = Command("why " + words.joined(separator: " "), limit: 10)
        let isUDP = words.contains("--udp")
        if scene.port > 0 { command.firstLine = ["\(scene.port)/\(isUDP ? "udp" : "tcp")"] }
        return command
      }
      // The process that blocks the port, or the state of what it left.
      commands[0].firstLine += Self.verdicts[situation.name] ?? []
      commands.append(Command("why -v " + questions[0].joined(separator: " ")))
      return ([scene], commands)
    }
  }

  /// What the first line of the answer to the first question holds, beside the port.
  static let verdicts: [String: [String]] = [
    "free": ["free"],
    "listener": ["in use", "web-server (pid ", "root"],
    "time-wait": ["no process", "TIME_WAIT"],
    "time-wait-reuseaddr": ["no process", "TIME_WAIT"],
    "outgoing-connection": ["backup (pid ", "root"],
    "dual-stack": ["in use", "web-server (pid ", "root"],
    "shadow": ["TIME_WAIT"],
    "bound-only": ["in use", "slow-starter (pid ", "root"],
    "destroyed-listener": ["in use", "web-server (pid ", "root"],
    "close-wait": ["in use", "web-worker (pid ", "root"],
    "inherited-descriptor": ["in use", "web-server (pid ", "root"],
    "reuseport-group": ["in use", "worker-1 (pid ", "root"],
    "udp": ["in use", "resolver (pid ", "root"],
    "other-user": ["in use", "web-server (pid ", "nobody"],
    "other-namespace": ["free"],
    "privileged-port": ["cannot be bound by nobody"],
    "foreign-address": ["198.51.100.1", "cannot be bound"],
    "no-port-left": ["no port is left"],
  ]
}
