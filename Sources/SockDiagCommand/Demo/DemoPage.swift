internal import ArgumentParser
internal import Glibc
internal import SocketLaboratory

/// The output of a demonstration: the situation, commands to look at it, and the answer of `why`.
struct DemoPage {
  private let scene: BindScene
  private let questions: [[String]]
  /// The value of `--netns` that leads to the namespace; `nil` if the reader is in it already.
  private let netns: String?
  private let terminal = Terminal.standardOutput()

  /// Builds the situation, on the thread that lives in the laboratory's namespace.
  init(_ situation: BindSituation, _ laboratory: Laboratory, _ place: BindPlace, netns: String?) throws {
    scene = try situation.build(in: laboratory, at: place)
    questions = situation.questions(about: scene.port)
    self.netns = netns
  }

  /// Prints the page, and keeps the situation as long as `stay` says.
  func show(builtIn place: String, _ stay: Demo.Stay, _ interruption: Interruption) throws {
    try withExtendedLifetime(scene) {
      var output = ByteOutput()
      var prose = Prose(terminal)
      prose.line(scene.story, hanging: 0)
      prose.line("Built in \(place).", hanging: 0)
      prose.blank()
      prose.line("Look at it\(netns == nil ? "" : " from another shell, as root"):")
      for command in commands { prose.command(command, indent: 2) }
      output.bytes += prose.bytes
      for question in questions {
        if interruption.isRequested { return }
        try answer(question, &output)
      }
      if case .untilEnter = stay {
        output.bytes.append(UInt8(ascii: "\n"))
        output.appendLine("Press Enter to end it.")
      }
      try output.flush()
      wait(stay, interruption)
    }
  }

  /// Prints the answer of the subcommand `why`, by the same code but without the exit status.
  private func answer(_ question: [String], _ output: inout ByteOutput) throws {
    let why = try Why.parse(question + (netns.map { ["--netns", $0] } ?? []))
    output.bytes.append(UInt8(ascii: "\n"))
    output.appendLine("$ \(Self.words(["sockdiag", "why"] + question))")
    output.bytes += why.text(try why.diagnoses(), terminal)
    try output.flush()
  }

  private var commands: [String] {
    let suffix = netns.map { ["--netns", $0] } ?? []
    var commands = questions.map { Self.words(["sockdiag", "why"] + $0 + suffix) }
    let filter = scene.port == 0 ? "" : " 'sport = :\(scene.port)'"
    let udp = questions.contains { $0.contains("--udp") }
    let enter = netns.map { "nsenter -t \($0) -n " } ?? ""
    commands.append("\(enter)sockdiag list \(udp ? "-ua" : "-taB")p\(filter)")
    commands.append("\(enter)ss \(udp ? "-uanp" : "-tanp")\(filter)")
    return commands
  }

  private static func words(_ words: [String]) -> String {
    words.map(ShellWord.quoted).joined(separator: " ")
  }

  private func wait(_ stay: Demo.Stay, _ interruption: Interruption) {
    switch stay {
    case .none: break
    case .untilEnter:
      guard interruption.wait(STDIN_FILENO, for: POLLIN) == .ready else { return }
      // The line is read, or the shell would get an empty one.
      var line = [UInt8](repeating: 0, count: 4096)
      // SAFETY: read writes at most the bytes of the array, during the call.
      _ = unsafe read(STDIN_FILENO, &line, line.count)
    // -1 is no descriptor: poll ignores it.
    case .until(let milliseconds): _ = interruption.wait(-1, for: 0, milliseconds: milliseconds)
    }
  }
}
