import SockDiag
import SockDiagTestKit
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// Filters compared with `ss`, row for row, where `ss` follows its manual.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct SSFilterTests {
  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func filterSelectsTheSameRowsAsInSS(seed: UInt64) async throws {
    let (made, asked, rows, complaints) = try await Laboratory.withNew { laboratory in
      let scene = try FilterScene(in: laboratory, count: 250)
      return try withExtendedLifetime(scene) {
        let namespace = laboratory.namespace
        let sockets = try CommandUnderTest.list(["-tua"], in: namespace).map(\.socket)
        var questions = SSQuestions(
          sockets, cgroups: try [laboratory.cgroup(named: "lab-empty")] + scene.cgroups, seed: seed)
        let all = questions.all()
        let filters = Trials.some(of: all)
        var rows = 0
        let complaints = try filters.flatMap { filter in
          try settled {
            let ours = try CommandUnderTest.list(["-tua", filter], in: namespace).map(\.ssColumns)
            let theirs = try SSRow.list(["-tua", filter], in: namespace).map(\.columns)
            rows += theirs.count
            return rowDifferences(ours, theirs).map { "\(filter): \($0)" }
          }
        }
        return (all.count, filters.count, rows, complaints)
      }
    }
    #expect(made >= 100)
    // The filters match some sockets and not all; a few may match very few.
    #expect(rows > (asked == made ? 20 * asked : 0))
    #expect(complaints.isEmpty, "seed \(seed)")
  }
}

/// Filters that both commands read in the same way: `and` and `or` are never mixed without parentheses.
struct SSQuestions {
  private let sockets: [InetSocket]
  private let cgroups: [TemporaryCgroup]
  private var random: SeededGenerator

  init(_ sockets: [InetSocket], cgroups: [TemporaryCgroup], seed: UInt64) {
    self.sockets = sockets
    self.cgroups = cgroups
    random = SeededGenerator(seed: seed)
  }

  mutating func all() -> [String] {
    var filters: [String] = []
    for comparison in ["=", "==", "!=", ">", ">=", "<", "<=", "eq", "ne", "neq", "gt", "ge", "geq", "lt", "le", "leq"] {
      for word in ["sport", "dport"] { filters.append(port(word, comparison)) }
    }
    filters += (0..<12).map { _ in host(ofOneFamily: false) }
    filters += [
      "dev lo", "dev = wire0", "dev != lo", "fwmark = 0x10", "fwmark 0x10/0x10", "fwmark != 0", "fwmark 16/0xff",
    ]
    filters += cgroups.flatMap { ["cgroup \($0.path)", "cgroup = \($0.path)"] }
    filters += (0..<8).map { _ in "\(negation()) \(condition())" }
    filters += (0..<8).map { _ in joined([" and ", " & ", " ", " && "].randomElement(using: &random) ?? " and ") }
    filters += (0..<8).map { _ in joined([" or ", " | ", " || "].randomElement(using: &random) ?? " or ") }
    // The range of ports that the kernel chooses from; `ss` takes no other port for autobound, see below.
    let chosen = "( sport >= :32768 and sport <= :60999 )"
    filters += [
      "autobound and \(chosen)", "not autobound and not \(chosen)", "\(chosen) and autobound and \(condition())",
    ]
    for _ in 0..<6 {
      filters.append("( \(joined(" or ")) ) and ( \(joined(" or ")) )")
      filters.append("( \(joined(" and ")) ) or ( \(joined(" and ")) )")
      filters.append("\(negation()) ( \(joined(" or ")) ) and ( \(condition()) )")
    }
    return filters
  }

  private mutating func negation() -> String { Bool.random(using: &random) ? "not" : "!" }

  private mutating func socket() -> InetSocket { sockets.randomElement(using: &random) ?? InetSocket() }

  private mutating func joined(_ word: String) -> String {
    (0..<Int.random(in: 2...4, using: &random)).map { _ in
      Int.random(in: 0..<5, using: &random) == 0 ? "not \(condition())" : condition()
    }.joined(separator: word)
  }

  private mutating func condition() -> String {
    switch Int.random(in: 0..<8, using: &random) {
    case 0, 1, 2:
      let comparison = ["=", "!=", ">=", "<=", ">", "<"].randomElement(using: &random) ?? "="
      return port(Bool.random(using: &random) ? "sport" : "dport", comparison)
    case 3: return "dev lo"
    case 4: return "fwmark 0x10/0x10"
    default: return host()
    }
  }

  private mutating func port(_ word: String, _ comparison: String) -> String {
    "\(word) \(comparison) :\(word == "sport" ? socket().local.port : socket().remote.port)"
  }

  /// An address, a prefix or a port, or both.
  ///
  /// If negated, `ss` compares the bits of an IPv4 address with those of an IPv6 prefix. So for conditions that may be
  /// negated, this uses bits that no address of the other family has.
  private mutating func host(ofOneFamily: Bool = true) -> String {
    let socket = socket()
    let (word, end) = Bool.random(using: &random) ? ("src", socket.local) : ("dst", socket.remote)
    let isV4 = end.address.family == .inet
    let beginsWithZeros = isV4 ? end.address.isUnspecified : end.address.high == 0
    if ofOneFamily, end.address.isUnspecified { return "\(word) :\(end.port)" }
    let bits = isV4 ? 32 : 128
    let length = ofOneFamily && beginsWithZeros ? bits : Int.random(in: (ofOneFamily ? 8 : 0)...bits, using: &random)
    // `ss` accepts the length of an IPv6 prefix only inside the brackets.
    func host(_ text: String) -> String { isV4 ? text : "[\(text)]" }
    let (address, prefix) = (host("\(end.address)"), host("\(end.address)/\(length)"))
    return switch Int.random(in: 0..<6, using: &random) {
    case 0: "\(word) :\(end.port)"
    case 1: "\(word) \(address):\(end.port)"
    case 2: "\(word) = \(address)"
    case 3: "\(word) \(prefix):\(end.port)"
    case 4: "\(word) \(prefix)"
    default: "\(word) \(address)"
    }
  }
}
