import Foundation
import SockDiagTestKit
import SockDiagWire
import Testing

/// Regular expressions in filters.
@Suite struct FilterPatternTests {
  /// An expression, a text that it matches, and one that it does not.
  static let matches: [(String, String, String?)] = [
    ("nginx", "nginx", "gnix"), ("^ng", "nginx", "a nginx"), ("ng$", "ping", "nginx"), ("^$", "", "a"),
    ("", "any", nil),
    ("a.c", "xabcx", "ac"), (".", "é", ""), ("^.{3}$", "äöü", "äö"), ("[äö]+$", "xäö", "ü"), ("^[^ä]$", "ö", "ä"),
    ("a*b", "b", "a"), ("^a+$", "aaa", ""), ("^ab?$", "a", "abb"), ("^(ab|cd)+$", "abcdab", "abc"),
    ("^a{2}$", "aa", "aaa"), ("^a{2,}$", "aaaa", "a"), ("^a{1,3}$", "aaa", "aaaa"), ("^a{,2}$", "", "aaa"),
    ("a{b", "xa{b", "ab"), ("^(|a)$", "", "b"), ("(?:a|b)c", "bc", "ad2"),
    ("[a-c]", "xbx", "xdx"), ("[]x]", "]", "y"), ("[^]x]", "y", "]"), ("[a-]", "-", "b"), ("[.]", ".", "a"),
    ("[[:digit:][:blank:]]", "a 1", "a"), ("[^[:alnum:]_]", "a-b", "a_b"), ("[\\d.]+$", "v1.2", "v"),
    ("\\.", "a.b", "ab"), ("\\\\", "\\", "/"), ("\\x22", "\"", "'"), ("\\t", "a\tb", "ab"),
    ("\\d\\D\\w\\W\\s\\S", "1a_- x", "12_- x"), ("\\bphp\\b", "run php -f", "phpx"), ("\\Bhp", "php", "hp"),
    ("(?i)NGINX", "nGiNx", "ng"), ("(?i)[a-c]\\d", "B1", "D1"), ("^(a|ab)(c|bcd)(d*)$", "abcd", "abce"),
    ("worker (1|2)", "php worker 2", "php worker 3"), ("\u{fffd}", "a\u{fffd}", "a"),
    ("^(a*)*$", "aaa", "b"), ("x*", "", nil), ("a|b|", "zzz", nil),
  ]

  @Test(arguments: matches)
  func expressionMatchesAnywhereUnlessAnchored(_ text: String, _ matched: String, _ unmatched: String?) throws {
    let pattern = try FilterPattern(text)
    #expect(pattern.matches(matched))
    if let unmatched { #expect(!pattern.matches(unmatched)) }
  }

  static let faults: [(String, offset: Int, length: Int, explanation: String)] = [
    ("a(b", 1, 1, "this '(' is never closed; write '\\(' for the character"),
    ("((a)", 0, 1, "this '(' is never closed; write '\\(' for the character"),
    ("ab)c", 2, 1, "')' closes no group; write '\\)' for the character"),
    ("a[bc", 1, 1, "this '[' is never closed; write '\\[' for the character"),
    ("[]", 0, 1, "this '[' is never closed; write '\\[' for the character"),
    ("*a", 0, 1, "'*' repeats nothing; write '\\*' for the character"),
    ("a|+", 2, 1, "'+' repeats nothing; write '\\+' for the character"),
    ("(?", 0, 2, "look-around and options inside an expression are not supported; only (?:…) is known"),
    ("x(?=a)", 1, 3, "look-around and options inside an expression are not supported; only (?:…) is known"),
    ("x(?i)a", 1, 4, "look-around and options inside an expression are not supported; '(?i)' stands at the beginning"),
    ("a**", 2, 1, "'*' repeats a repetition; leave it out, or put parentheses before it"),
    ("a+?", 2, 1, "'?' repeats a repetition; leave it out, or put parentheses before it"),
    ("a*{2}", 1, 4, "a repetition is repeated; put parentheses around the first"),
    ("{2}", 0, 3, "a count repeats nothing; write '\\{' for the character"),
    ("a{3,2}", 1, 5, "the lower count comes first; write {2,3}"),
    ("a{256}", 1, 5, "a count is at most 255"),
    ("a{99999999999999999999}", 1, 22, "a count is at most 255"),
    ("(a{200}){200}", 0, 13, "the expression is too large; repeat fewer times"),
    ("\\", 0, 1, "nothing follows this '\\'; write '\\\\' for the character"),
    ("ab\\1", 2, 2, "'\\1' refers to a group, which is not supported"),
    ("\\q", 0, 2, "'\\q' has no meaning; write 'q'"),
    ("\\xg0", 0, 2, "'\\x' needs two digits from 00 to 7f"),
    ("\\xff", 0, 2, "'\\x' needs two digits from 00 to 7f"),
    ("[z-a]", 1, 3, "the range is empty; write the lower character first, 'a-z'"),
    ("[a-\\d]", 1, 4, "a range ends with a character; write '-' at the end of the set for the character"),
    ("é[", 1, 1, "this '[' is never closed; write '\\[' for the character"),
  ]

  @Test(arguments: faults)
  func faultIsReportedWithItsPlace(_ text: String, _ offset: Int, _ length: Int, _ explanation: String) {
    let error = #expect(throws: FilterPatternError.self, "\(text)") { try FilterPattern(text) }
    #expect(error?.offset == offset && error?.length == length && error?.explanation == explanation, "\(text)")
  }

  @Test func unknownClassIsReportedWithTheKnownOnes() {
    let error = #expect(throws: FilterPatternError.self) { try FilterPattern("x[[:letter:]]") }
    #expect(error?.offset == 2)
    #expect(error?.explanation.contains("alnum, alpha, blank") == true)
  }

  @Test func deepNestingIsRefused() throws {
    _ = try FilterPattern(String(repeating: "(", count: 64) + "a" + String(repeating: ")", count: 64))
    let deep = String(repeating: "(", count: 100_000)
    #expect(throws: FilterPatternError.self) { try FilterPattern(deep) }
    let long = Array(repeating: "abc", count: 1000).joined(separator: "|")
    #expect(throws: FilterPatternError.self) { try FilterPattern(long) }
  }

  /// A matcher that tries one way after the other would need longer than the age of the universe.
  @Test(arguments: ["^(a+)+$", "^(a|aa)+$", "^(a*)*b", "(a|a|a|a)*(a|a|a|a)*b", "^(.*)*(.*)*(.*)*x$"])
  func hostileExpressionTakesLinearTime(_ text: String) throws {
    let pattern = try FilterPattern(text)
    #expect(!pattern.matches(String(repeating: "a", count: 20_000) + "!"))
  }

  /// An independent matcher, which tries one way after the other, agrees.
  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func randomExpressionMatchesAsInFoundation(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for number in 0..<Trials.count(500) {
      let text = Self.expression(3, &random)
      let reference = try NSRegularExpression(pattern: text)
      let pattern = try FilterPattern(text)
      for _ in 0..<8 {
        // Foundation counts é among the letters of \\w, and this dialect does not.
        let alphabet = text.contains("\\") ? "ab_ -" : "ab_ é"
        let subject = String(
          (0..<Int.random(in: 0...7, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "a" })
        let expected = reference.firstMatch(in: subject, range: NSRange(subject.startIndex..., in: subject)) != nil
        #expect(pattern.matches(subject) == expected, "seed \(seed), number \(number): \(text) on '\(subject)'")
      }
    }
  }

  private static func expression(_ depth: Int, _ random: inout SeededGenerator) -> String {
    let atoms = ["a", "b", "_", "é", ".", "[ab]", "[^a]", "[a-c_]", "\\w", "\\W", "\\s", "^", "$", "\\b", "\\B"]
    var text = ""
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      if depth > 0, Int.random(in: 0..<3, using: &random) == 0 {
        text += "(\(expression(depth - 1, &random)))"
      } else {
        text += atoms.randomElement(using: &random) ?? "a"
      }
      // An assertion is not repeated: matchers disagree about that.
      let isAssertion = ["^", "$", "\\b", "\\B"].contains { text.hasSuffix($0) }
      if !isAssertion {
        text += ["", "", "", "*", "+", "?", "{2}", "{1,2}", "{0,}"].randomElement(using: &random) ?? ""
      }
    }
    if Int.random(in: 0..<4, using: &random) == 0 { text += "|\(expression(max(depth - 1, 0), &random))" }
    return text
  }
}
