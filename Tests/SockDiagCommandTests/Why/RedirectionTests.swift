import BindDiagnosis
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// NAT rules that redirect a port, made with nft and with iptables on top of it.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct RedirectionTests {
  struct Ruleset: Sendable, CustomTestStringConvertible {
    var name: String
    var commands: [String]
    /// The redirections that `why` reports for each question; empty if none.
    var answers: [(question: [String], lines: [String])]
    var testDescription: String { name }

    /// The programs that the test needs.
    var program: String { commands.first?.split(separator: " ").first.map(String.init) ?? "nft" }
  }

  private static let table = "rule in chain p of table ip t."
  private static let outside = "table ip t { chain p { type nat hook prerouting priority -100;\n"

  static let all = [
    Ruleset(
      name: "ports",
      commands: [
        "nft '\(outside) tcp dport 8081 redirect to :80\n tcp dport { 8090, 8091 } dnat to 10.0.0.1:80\n"
          + "tcp dport 9000-9010 dnat to 10.0.0.2\n tcp dport { 7000-7010, 7020 } dnat to 10.0.0.3:1\n"
          + "udp dport != 53 dnat to 10.0.0.4:2\n }; }'"
      ],
      answers: [
        (["8080"], []), (["8081"], ["To :80: a \(table)"]), (["8090"], ["To 10.0.0.1:80: a \(table)"]), (["8092"], []),
        (["8999"], []), (["9000"], ["To 10.0.0.2:9000: a \(table)"]), (["9010"], ["To 10.0.0.2:9010: a \(table)"]),
        (["9011"], []), (["6999"], []), (["7010"], ["To 10.0.0.3:1: a \(table)"]), (["7011"], []),
        (["7020"], ["To 10.0.0.3:1: a \(table)"]), (["7021"], []), (["[::1]:8081"], []),
        (["8081", "-u"], ["To 10.0.0.4:2: a \(table)"]), (["53", "-u"], []),
      ]),
    Ruleset(
      name: "both families",
      commands: [
        "nft 'table inet t { chain p { type nat hook output priority -100;\n tcp dport 70 redirect to :1\n"
          + "tcp dport 71 dnat ip to 10.0.0.1:2\n tcp dport 72 dnat ip6 to [2001:db8::1]:3\n }; }'"
      ],
      answers: [
        (["70"], ["To :1, for clients on this host: a rule in chain p of table inet t."]),
        (["127.0.0.1:71"], ["To 10.0.0.1:2, for clients on this host: a rule"]), (["[::1]:71"], []),
        (["[::1]:72"], ["To [2001:db8::1]:3, for clients on this host: a rule"]), (["127.0.0.1:72"], []),
      ]),
    Ruleset(
      name: "addresses",
      commands: [
        "nft '\(outside) ip daddr 127.0.0.1 tcp dport 77 redirect to :7\n ip daddr 198.51.100.9 tcp dport 78 redirect to :8\n"
          + "ip daddr 127.0.0.0/8 tcp dport 79 redirect to :9\n ip daddr != 127.0.0.0/8 tcp dport 80 redirect to :10\n }; }'"
      ],
      answers: [
        (["127.0.0.1:77"], ["To :7: a \(table)"]), (["127.0.0.2:77"], []),
        (["77"], ["To :7, on conditions that were not checked: a \(table)"]), (["78"], []),
        (["127.0.0.3:79"], ["To :9: a \(table)"]), (["127.0.0.3:80"], []),
      ]),
    Ruleset(
      name: "chains and maps",
      commands: [
        "nft 'table ip t { chain q { dnat to 10.1.1.1\n }; chain r { return\n dnat to 10.1.1.2\n }; chain p {"
          + " type nat hook prerouting priority -100;\n tcp dport vmap { 80 : jump q, 81 : jump r }\n"
          + "tcp dport 82 accept\n tcp dport 82 redirect to :1\n meta l4proto . th dport vmap { udp . 90 : goto q }\n"
          + "dnat to tcp dport map { 91 : 10.1.1.3 }\n }; }'"
      ],
      answers: [
        (["80"], ["To 10.1.1.1:80: a rule in chain q of table ip t."]), (["81"], []), (["82"], []), (["90"], []),
        (["90", "-u"], ["To 10.1.1.1:90: a rule in chain q of table ip t."]),
        (["91"], ["To an address from a map: a \(table)"]), (["92"], []),
      ]),
    Ruleset(
      name: "as Docker makes them",
      commands: [
        "iptables-nft -t nat -N DOCKER", "iptables-nft -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER",
        "iptables-nft -t nat -A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER",
        "iptables-nft -t nat -A DOCKER ! -i docker0 -p tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80",
        "iptables-nft -t nat -A PREROUTING -p udp -m multiport --dports 53,5353 -j REDIRECT --to-ports 5300",
      ],
      answers: [
        (
          ["127.0.0.1:8080"],
          ["To 172.17.0.2:80, on conditions that were not checked: a rule in chain DOCKER of table ip nat."]
        ),
        (["8081"], []), (["5353", "-u"], ["To :5300: a rule in chain PREROUTING of table ip nat."]),
        (["54", "-u"], []),
      ]),
  ]

  @Test(arguments: all.filter { LabNamespace.hasProgram($0.program) })
  func redirectionIsReported(_ ruleset: Ruleset) async throws {
    let why = try Tool.unfoldedWhy
    let complaints = try await Laboratory.withNew { laboratory -> [String] in
      let namespace = laboratory.namespace
      for command in ruleset.commands {
        let result = try namespace.run(["sh", "-c", command])
        guard result.status == 0 else { throw Tool.Failure(what: "\(command): \(result.errorText)") }
      }
      return try ruleset.answers.flatMap { question, lines -> [String] in
        let result = try namespace.run(why + question)
        // Folded lines are one.
        let words = result.outputText.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let isSaid = words.contains("what arrives for this port")
        let complaint = "\(question): \(result.outputText)"
        if result.status != 0 || isSaid == lines.isEmpty { return [complaint] }
        return lines.allSatisfy { words.contains($0) } ? [] : [complaint]
      }
    }
    #expect(complaints == [])
  }

  /// It is a note, and not part of the answer.
  @Test(.enabled(if: LabNamespace.hasProgram("nft"), "needs nft"))
  func unreadableRulesAreLeftOut() async throws {
    let question = try Tool.unfoldedWhy + ["8081", "--json"]
    let (root, nobody) = try await Laboratory.withNew { laboratory in
      let rules = Self.outside + "tcp dport 8081 redirect to :80\n }; }"
      _ = try laboratory.namespace.run(["nft", rules])
      return (try laboratory.namespace.run(question), try laboratory.namespace.run(Tool.asNobody + question))
    }
    let answers = try [root, nobody].map { try JSONValue(parsing: $0.output)["diagnoses"]?.elements.first }
    #expect(answers[0]?["redirections"]?.elements.first?["destination"] == .string(":80"))
    #expect(answers[1] != nil && answers[1]?["redirections"] == nil)
    #expect(root.status == 0)
  }
}
