internal import ArgumentParser
internal import SockDiag
internal import SocketLaboratory

/// What the shells offer for values on the command line. The completion scripts call the command to get it.
///
/// A completion must not fail: what cannot be read is not offered.
enum Completions {
  /// Ports that are listened on; with some digits typed, any local port in use.
  static let port = kind { line in LivePorts(line).candidates(prefix: line.prefix) }
  /// Conditions of the filter language, and states.
  static let filter = kind { FilterWordCandidates.candidates($0) }
  /// The situations of `demo`.
  static let situation = kind { _ in BindSituation.all.map { Candidate(word: $0.name, note: $0.summary) } }
  /// Network interfaces.
  static let interface = kind { line in
    line.enterNamespace()
    return HostLists.interfaces.map { Candidate(word: $0) }
  }
  /// The names of `ip netns`.
  static let namespace = kind { _ in HostLists.namespaces.map { Candidate(word: $0) } }
  /// Users.
  static let user = kind { _ in HostLists.users.map { Candidate(word: $0.name, note: "\($0.uid)") } }
  /// Names of columns, after those that are typed already: `local,us`.
  static let columns = kind { line in
    let end = line.prefix.lastIndex(of: ",").map { line.prefix.index(after: $0) } ?? line.prefix.startIndex
    // A sign in front says that a column is added, or how it sorts.
    let sign = line.prefix[end...].first.map { $0 == "+" || $0 == "-" } == true ? 1 : 0
    let head = String(line.prefix[..<end] + line.prefix[end...].prefix(sign))
    return TableColumn.named.map { Candidate(word: head + $0.name, note: $0.explanation) }
  }
  /// Signals.
  static let signal = CompletionKind.list(SignalArgument.allNames)

  private static func kind(_ candidates: @escaping @Sendable (CompletedLine) -> [Candidate]) -> CompletionKind {
    .custom { words, index, prefix in
      let offered = candidates(CompletedLine(words: words, index: index, prefix: prefix))
      return Candidate.lines(offered.filter { $0.word.hasPrefix(prefix) }, for: CompletionShell.requesting)
    }
  }
}

/// The command line at the moment when a completion is asked for.
struct CompletedLine {
  /// All words, `sockdiag` first.
  var words: [String]
  /// The index of the word to complete.
  var index: Int
  /// The part of that word before the cursor.
  var prefix: String

  /// The word before the one to complete.
  var previous: String? { words.indices.contains(index - 1) ? words[index - 1] : nil }

  /// Whether one of these options is given, alone or among short ones such as `-lu`.
  func has(short: Character, long: String) -> Bool {
    words.contains { word in
      word == "--" + long || word.hasPrefix("-") && !word.hasPrefix("--") && word.dropFirst().contains(short)
    }
  }

  /// The value of `-N`.
  private var namespace: String? {
    for (index, word) in words.enumerated() where ["-N", "--netns"].contains(word) && index + 1 != self.index {
      return words.indices.contains(index + 1) ? words[index + 1] : nil
    }
    return words.first { $0.hasPrefix("--netns=") }.map { String($0.dropFirst("--netns=".count)) }
  }

  /// Enters the namespace that the line names, if it names one and this user may.
  func enterNamespace() {
    try? namespace.flatMap { NamespacePlace($0) }?.namespace().enter()
  }
}
