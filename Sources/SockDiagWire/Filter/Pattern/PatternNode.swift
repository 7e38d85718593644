/// The tree of a regular expression.
indirect enum PatternNode {
  /// One character of a set.
  case character(ScalarSet)
  case assertion(PatternAssertion)
  case sequence([PatternNode])
  case alternatives([PatternNode])
  /// At least `least` times, and at most `most` times; `nil` for any number.
  case repeated(PatternNode, least: Int, most: Int?)

  /// The number of steps in its program.
  var size: Int {
    switch self {
    case .character, .assertion: 1
    case .sequence(let nodes): nodes.reduce(0) { $0 + $1.size }
    case .alternatives(let nodes): nodes.reduce(nodes.count) { $0 + $1.size }
    case .repeated(let node, let least, let most): (node.size + 1) * max(most ?? least + 1, 1)
    }
  }
}

/// A condition on a place between two characters.
enum PatternAssertion {
  case begin, end
  /// Between a letter, digit or underscore and another character.
  case wordBoundary
  case noWordBoundary

  func holds(between previous: Unicode.Scalar?, and next: Unicode.Scalar?) -> Bool {
    func isWord(_ scalar: Unicode.Scalar?) -> Bool { scalar.map(ScalarSet.word.contains) ?? false }
    return switch self {
    case .begin: previous == nil
    case .end: next == nil
    case .wordBoundary: isWord(previous) != isWord(next)
    case .noWordBoundary: isWord(previous) == isWord(next)
    }
  }
}
