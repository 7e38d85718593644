/// A regular expression as a machine whose states are all followed at once (Thompson, "Regular Expression Search
/// Algorithm", 1968). Each character of the text visits each state at most once.
struct PatternProgram: Sendable {
  private enum Step: Sendable {
    case take(ScalarSet, next: Int)
    case check(PatternAssertion, next: Int)
    case fork(Int, Int)
    case match
  }

  private var steps: [Step] = [.match]
  private var start = 0

  init(_ node: PatternNode) { start = append(node, before: 0) }

  private mutating func append(_ step: Step) -> Int {
    steps.append(step)
    return steps.count - 1
  }

  /// Appends the steps of a node, which continue at `next`. Returns the first of them.
  private mutating func append(_ node: PatternNode, before next: Int) -> Int {
    switch node {
    case .character(let set): return append(.take(set, next: next))
    case .assertion(let assertion): return append(.check(assertion, next: next))
    case .sequence(let nodes):
      var next = next
      for node in nodes.reversed() { next = append(node, before: next) }
      return next
    case .alternatives(let nodes):
      guard let last = nodes.last else { return next }
      var first = append(last, before: next)
      for node in nodes.dropLast().reversed() { first = append(.fork(append(node, before: next), first)) }
      return first
    case .repeated(let node, let least, let most):
      var first = next
      if let most {
        for _ in 0..<max(0, most - least) { first = append(.fork(append(node, before: first), next)) }
      } else {
        first = append(.match)
        steps[first] = .fork(append(node, before: first), next)
      }
      for _ in 0..<least { first = append(node, before: first) }
      return first
    }
  }

  func matches(_ text: String) -> Bool {
    var states = States(count: steps.count)
    var scalars = text.unicodeScalars.makeIterator()
    var (previous, next) = (nil as Unicode.Scalar?, scalars.next())
    while true {
      // A match may begin at any place.
      states.pending.append(start)
      states.beginPlace()
      while let state = states.pending.popLast() {
        guard states.visit(state) else { continue }
        switch steps[state] {
        case .match: return true
        case .fork(let one, let other): states.pending += [other, one]
        case .check(let assertion, let target):
          if assertion.holds(between: previous, and: next) { states.pending.append(target) }
        case .take(let set, let target):
          if let next, set.contains(next) { states.reached.append(target) }
        }
      }
      guard let scalar = next else { return false }
      swap(&states.pending, &states.reached)
      (previous, next) = (scalar, scalars.next())
    }
  }

  /// The states at one place of the text.
  private struct States {
    /// States to visit at this place.
    var pending: [Int] = []
    /// States to visit at the next place, after the next character is consumed.
    var reached: [Int] = []
    /// The last place at which each state was visited.
    private var visits: [Int]
    private var place = 0

    init(count: Int) { visits = [Int](repeating: 0, count: count) }

    mutating func beginPlace() { place += 1 }

    mutating func visit(_ state: Int) -> Bool {
      if visits[state] == place { return false }
      visits[state] = place
      return true
    }
  }
}
