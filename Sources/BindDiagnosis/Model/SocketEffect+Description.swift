extension SocketEffect: CustomStringConvertible {
  /// A sentence: whether the socket blocks the bind(), and why.
  public var description: String {
    switch self {
    case .blocks(let reason): "It blocks. \(reason)"
    case .depends(let unknowns): "It may block. \(unknowns.sentence)"
    case .harmless(let reason): "It does not block. \(reason)"
    }
  }

  /// The name in documents: `blocks`, `depends` or `harmless`.
  public var name: String {
    switch self {
    case .blocks: "blocks"
    case .depends: "depends"
    case .harmless: "harmless"
    }
  }
}

extension SocketEffect.Unknowns: CustomStringConvertible {
  private static let words: [(unknown: SocketEffect.Unknowns, name: String, phrase: String)] = [
    (.reuseAddress, "reuseaddr", "whether the other side has SO_REUSEADDR"),
    (.reusePort, "reuseport", "whether the other side has SO_REUSEPORT"),
    (.v6Only, "v6only", "whether the other side refuses IPv4 (IPV6_V6ONLY)"),
    (.uid, "uid", "whether the other side belongs to the same user"),
    (.order, "order", "the order in which the kernel looks at the sockets"),
    (.firstTried, "first-tried", "the port that the kernel tries first"),
    (.interface, "interface", "the interface to which the other side is bound"),
  ]

  /// The names in documents.
  public var names: [String] { Self.words.filter { contains($0.unknown) }.map(\.name) }

  /// Each unknown fact as a part of a sentence: `whether the other side has SO_REUSEADDR`.
  var phrases: [String] { Self.words.filter { contains($0.unknown) }.map(\.phrase) }

  /// A sentence that says what decides.
  var sentence: String { "This is unknown and decides: \(Phrase.list(phrases))." }

  /// The unknown facts: `whether the other side has SO_REUSEADDR`; `nothing` if the set is empty.
  public var description: String { isEmpty ? "nothing" : Phrase.list(phrases) }
}

extension BlockReason: CustomStringConvertible {
  /// Sentences: how the addresses conflict, and why no option lets the sockets share the port.
  public var description: String {
    "\(overlap) SO_REUSEADDR does not help: \(reuseAddress). SO_REUSEPORT does not help: \(reusePort)."
  }
}

extension BlockReason.NoSharing: CustomStringConvertible {
  /// Why the option does not let the sockets share the port, as a part of a sentence.
  public var description: String {
    switch self {
    case .socketListens: "the socket on the port listens"
    case .otherUser: "the sockets belong to different users"
    case .requestHasProgram: "a new socket with a BPF program cannot join the others"
    case .socketLacksIt: "the other side did not set it"
    case .requestLacksIt: "the new socket did not set it"
    }
  }
}

extension HarmlessReason: CustomStringConvertible {
  /// A sentence that says why the socket does not block.
  public var description: String {
    switch self {
    case .otherAddress: "It has another address."
    case .otherFamily: "One side has IPv4 and the other IPv6, and neither accepts both."
    case .otherInterface: "The two sockets are bound to different interfaces."
    case .otherRoutingDomain: "It is in another VRF, which has ports of its own."
    case .sharesReuseAddress: "Both sides have SO_REUSEADDR."
    case .sharesReusePort: "Both sides have SO_REUSEPORT and belong to the same user."
    case .notBound: "A connection that is still being made holds no port."
    }
  }
}
