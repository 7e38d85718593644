import SockDiagTestKit
import SockDiagWire
import Testing

/// Filters keep their meaning when they are written, parsed, combined and normalized.
@Suite struct FilterTextPropertyTests {
  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func descriptionParsesToTheSameFilter(seed: UInt64) throws {
    try check(seed, count: 4000) { random in
      let node = FilterNode.random(.invented, using: &random)
      let text = SocketFilter(node).description
      return (node, try SocketFilter(text).node, text)
    }
  }

  @Test(arguments: 11...14 as ClosedRange<UInt64>)
  func expressionMeansTheCombinationOfItsParts(seed: UInt64) throws {
    try check(seed, count: 4000) { random in
      let expression = RandomExpression(using: &random)
      return (expression.node, try SocketFilter(expression.text).node, expression.text)
    }
  }

  @Test(arguments: 21...24 as ClosedRange<UInt64>)
  func operatorsMeanTheSameAsWords(seed: UInt64) throws {
    try check(seed, count: 2000) { random in
      let nodes = (0..<3).map { _ in FilterNode.random(.invented, depth: 2, using: &random) }
      let (a, b, c) = (SocketFilter(nodes[0]), SocketFilter(nodes[1]), SocketFilter(nodes[2]))
      let forms: [(FilterNode, SocketFilter)] = [
        (.all(nodes), a && b && c), (.any(nodes), a || b || c),
        (.any([nodes[0], .all([nodes[1], nodes[2]])]), a || b && c),
        (.all([.any([nodes[0], nodes[1]]), nodes[2]]), (a || b) && c), (.not(nodes[0]), !a), (nodes[0], !(!a)),
        // De Morgan.
        (.not(.all([nodes[0], nodes[1]])), !a || !b), (.not(.any([nodes[0], nodes[1]])), !a && !b),
      ]
      let (node, filter) = forms.randomElement(using: &random) ?? (nodes[0], a)
      return (node, filter.node, "\(filter)")
    }
  }

  @Test(arguments: 31...34 as ClosedRange<UInt64>)
  func normalizationKeepsTheMeaning(seed: UInt64) throws {
    try check(seed, count: 2500) { random in
      let node = FilterNode.random(.invented, using: &random)
      let normalized = node.normalized()
      // A normalized filter does not change any more.
      #expect(normalized.normalized() == normalized)
      return (node, normalized, "\(SocketFilter(node))")
    }
  }

  /// Makes pairs of filters and checks that they mean the same.
  private func check(
    _ seed: UInt64, count: Int, _ make: (inout SeededGenerator) throws -> (FilterNode, FilterNode, text: String)
  ) throws {
    var random = SeededGenerator(seed: seed)
    let specimens = try FilterSpecimens(96, using: &random)
    for number in 0..<Trials.count(count) {
      do {
        let (left, right, text) = try make(&random)
        guard let socket = specimens.difference(left, right, count: 4, using: &random) else { continue }
        Issue.record(
          "seed \(seed), filter \(number): \(text)\n\(SocketFilter(left))\n\(SocketFilter(right))\n\(socket)")
      } catch {
        Issue.record("seed \(seed), filter \(number): \(error)")
      }
      return
    }
  }
}
