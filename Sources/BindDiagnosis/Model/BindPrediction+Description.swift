extension BindPrediction.Outcome: CustomStringConvertible {
  /// `succeeds`, the kernel's name of the error, or `depends`.
  public var description: String {
    switch self {
    case .succeeds: "succeeds"
    case .fails(let error): "\(error)"
    case .depends: "depends"
    }
  }
}

extension BindPrediction: CustomStringConvertible {
  /// What the calls answer: `bind() succeeds, listen() EADDRINUSE`.
  public var description: String { "bind() \(bind)" + (listen.map { ", listen() \($0)" } ?? "") }
}

extension BindPrediction.Caveats: CustomStringConvertible {
  private static let words: [(caveat: BindPrediction.Caveats, name: String, sentence: String)] = [
    (
      .bucketMemory, "bucket-memory",
      "The kernel may remember that the port was shared by SO_REUSEPORT, and then allow a bind() that the rule refuses."
        + " Only a real bind() shows that."
    ),
    (
      .listenRace, "listen-race",
      "Another socket is bound here with SO_REUSEADDR. If it calls listen() first, listen() fails with EADDRINUSE."
    ),
    (
      .reuseAddressMemory, "reuseaddr-memory",
      "bind() may succeed all the same, if this kernel remembers that sockets shared the port by SO_REUSEADDR. listen()"
        + " fails with EADDRINUSE in any case."
    ),
  ]

  /// The names in documents.
  public var names: [String] { Self.words.filter { contains($0.caveat) }.map(\.name) }

  /// A sentence for each caveat.
  public var sentences: [String] { Self.words.filter { contains($0.caveat) }.map(\.sentence) }

  /// The sentences; `No caveats.` if the set is empty.
  public var description: String { isEmpty ? "No caveats." : sentences.joined(separator: " ") }
}
