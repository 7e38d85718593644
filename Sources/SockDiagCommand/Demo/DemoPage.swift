internal import ArgumentParser
internal import Glibc
internal import SocketLaboratory

/// What a demonstration prints: what was built, how to look at it, and what `why` says.
struct DemoPage {
  private let scene: BindScene
  private let questions: [[String]]
  /// What `--netns` takes to go there; `nil` where the reader is there already.
  private let netns: String?
  private let terminal = Terminal.standardOutput

  /// Builds the situation, on the thread that lives in the laboratory's namespace.
  init(_ situation: BindSituation, _ laboratory: Laboratory, _ place: BindPlace, netns: String?) throws {
    scene = try situation.build(in: laboratory, at: place)
    questions = situation.questions(about: scene.port)
    self.netns = netns
  }

  /// Prints all of it, and stays.
  func show(builtIn place: String, _ stay: Demo.Stay, _ interruption: Interruption) throws {
    try withExtendedLifetime(scene) {
      var output = ByteOutput()
      line(scene.story, &output)
      line("Built in \(place).", &output)
      output.bytes.append(UInt8(ascii: "\n"))
      line("Look at it\(netns == nil ? "" : " from another shell, as root"):", &output)
      for command in commands { line("  \(command)", &output) }
      for question in questions {
        if interruption.isRequested { return }
        try answer(question, &output)
      }
      if case .untilEnter = stay { line("\nPress Enter to end it.", &output) }
      try output.flush()
      wait(stay, interruption)
    }
  }

  /// The answer is that of the same code as the subcommand's, without its exit status.
  private func answer(_ question: [String], _ output: inout ByteOutput) throws {
    let why = try Why.parse(question + (netns.map { ["--netns", $0] } ?? []))
    output.bytes.append(UInt8(ascii: "\n"))
    line("$ \(Self.words(["sockdiag", "why"] + question))", &output)
    output.bytes += why.text(try why.diagnoses(), showsColour: terminal.showsColour)
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

  private func line(_ text: String, _ output: inout ByteOutput) {
    output.bytes.append(contentsOf: (text + "\n").utf8)
  }

  private func wait(_ stay: Demo.Stay, _ interruption: Interruption) {
    switch stay {
    case .none: break
    case .untilEnter:
      guard interruption.wait(STDIN_FILENO, for: POLLIN) == .ready else { return }
      // Taken away, or the shell would find an empty line.
      var line = [UInt8](repeating: 0, count: 4096)
      // SAFETY: read writes at most the bytes of the array, during the call.
      _ = unsafe read(STDIN_FILENO, &line, line.count)
    // No descriptor: a poll overlooks it.
    case .until(let milliseconds): _ = interruption.wait(-1, for: 0, milliseconds: milliseconds)
    }
  }
}
