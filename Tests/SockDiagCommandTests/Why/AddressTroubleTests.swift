import ArgumentParser
import BindDiagnosis
import Glibc
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// IPv6 addresses that the host has and cannot use: the answer about them, and whether its remedies work.
@Suite(.enabled(if: AddressTrouble.isPossible, "needs the right to make network namespaces, and ip"))
struct AddressTroubleTests {
  private static let words: [AddressTrouble: (sentence: String, kinds: [String])] = [
    .tentative: (
      "2001:db8::2 is new on v0, and the kernel is still checking it for duplicates",
      ["await-address", "skip-address-check", "set-options", "allow-nonlocal-bind"]
    ),
    .down: (
      "2001:db8::2 cannot be checked for duplicates, because the interface v0 is down",
      ["raise-link", "skip-address-check", "set-options", "allow-nonlocal-bind"]
    ),
    .duplicate: ("another host on the link of v0 also has the address 2001:db8::2", ["resolve-duplicate"]),
    .refusesIPv6: ("IPv6 is turned off on the interface v0", ["enable-ipv6"]),
    .loopbackRefusesIPv6: ("IPv6 is turned off on the interface lo", ["enable-ipv6"]),
    .onOtherInterface: (
      "::1 is an address of lo, and the socket is bound to another interface", ["bind-to-interface"]
    ),
    .absent: ("2001:db8::2 is not an address of this host", ["add-address", "set-options", "allow-nonlocal-bind"]),
  ]

  @Test(arguments: AddressTrouble.allCases) func addressProblemIsNamedWithTheRemedy(_ trouble: AddressTrouble)
    async throws
  {
    let why = try Tool.unfoldedWhy
    let (text, document) = try await Laboratory.withNew { laboratory in
      try trouble.build(in: laboratory)
      let text = try laboratory.namespace.run(why + trouble.question)
      let json = try laboratory.namespace.run(why + ["--json"] + trouble.question)
      return (text, json.output)
    }
    let (sentence, kinds) = try #require(Self.words[trouble])
    #expect(text.status == 3)
    #expect(text.outputText.contains("bind() fails with EADDRNOTAVAIL"), "\(text.outputText)")
    #expect(text.outputText.contains(": \(sentence).\n"), "\(text.outputText)")
    let parsed = try JSONValue(parsing: document)
    let schema = try JSONSchema(named: "why")
    #expect(schema.violations(of: parsed) == [])
    let found = parsed["diagnoses"]?.elements.first?["remedies"]?.elements.map { $0["kind"] }
    #expect(found == kinds.map { .string($0) })
  }

  /// Every remedy with a command that changes something is applied in a new namespace, and then the bind() must
  /// succeed.
  @Test(arguments: AddressTrouble.allCases) func everyRemedyHelps(_ trouble: AddressTrouble) async throws {
    let count = try await Laboratory.withNew { laboratory in
      try trouble.build(in: laboratory)
      return try Self.diagnosis(trouble).remedies.count
    }
    for index in 0..<count {
      let outcome = try await Laboratory.withNew { laboratory in
        try trouble.build(in: laboratory)
        return try Self.outcome(ofRemedy: index, trouble, in: laboratory)
      }
      #expect(outcome == "helps", "\(trouble): \(outcome)")
    }
  }

  private static func diagnosis(_ trouble: AddressTrouble) throws -> Diagnosis {
    try #require(try Why.parse(trouble.question).quietDiagnoses([]).first)
  }

  private static func outcome(
    ofRemedy index: Int, _ trouble: AddressTrouble, in laboratory: Laboratory
  ) throws -> String {
    let diagnosis = try diagnosis(trouble)
    guard diagnosis.remedies.indices.contains(index) else { return "is no longer offered" }
    let remedy = diagnosis.remedies[index]
    let commands = RemedyText(remedy, diagnosis, preset: .c, namespace: nil).commands
    var request = diagnosis.request
    switch remedy {
    case .setOptions(let options, _): request.options.formUnion(options)
    case .bindToInterface(let interface): request.interfaceIndex = interface.index
    // A check that never ends cannot be waited for.
    case .awaitAddress: return "helps"
    case .raiseLink:
      // The other end of a cable does not belong to this host.
      try AddressTrouble.run("ip link set v1 up", in: laboratory)
      for command in commands { try AddressTrouble.run(command, in: laboratory) }
    default:
      for command in commands {
        try AddressTrouble.run(command.replacing("INTERFACE", with: "v0"), in: laboratory)
      }
    }
    // An address that is being checked needs time.
    let checks = remedy == .resolveDuplicate || { if case .raiseLink = remedy { true } else { false } }()
    if checks { try AddressTrouble.settle("bind") { try BindProbe.quietOutcome(of: request) == 0 } }
    let errno = try BindProbe.quietOutcome(of: request)
    return errno == 0 ? "helps" : "\(remedy) ends in errno \(errno)"
  }

  @Test func waitWaitsOnlyForTheDuplicateCheck() async throws {
    let tool = try Tool.path
    let results = try await Laboratory.withNew { laboratory in
      try AddressTrouble.duplicate.build(in: laboratory)
      let failed = try laboratory.namespace.run([tool, "wait", "[2001:db8::2]:53", "--free"])
      // A new address, whose check succeeds.
      try AddressTrouble.run("ip address add 2001:db8::3/64 dev v0", in: laboratory)
      let passed = try laboratory.namespace.run([tool, "wait", "[2001:db8::3]:53", "--free", "--timeout", "50s"])
      return [failed, passed]
    }
    #expect(
      results[0].status == 3 && results[0].errorText.contains("and waiting does not change that"))
    #expect(results[1].status == 0 && results[1].errorText == "", "\(results[1].errorText)")
  }

  @Test func timeoutNamesTheRunningDuplicateCheck() async throws {
    let tool = try Tool.path
    let result = try await Laboratory.withNew { laboratory in
      try AddressTrouble.tentative.build(in: laboratory)
      return try laboratory.namespace.run([tool, "wait", "[2001:db8::2]:53", "--free", "--timeout", "200ms"])
    }
    #expect(result.status == 1)
    #expect(
      result.errorText
        == "sockdiag: TCP port [2001:db8::2]:53 cannot be bound yet after 200ms: 2001:db8::2 is new on v0, and the kernel is"
        + " still checking it for duplicates; 'sockdiag why '[2001:db8::2]:53'' says what helps\n")
  }

  @Test func interfaceWithADotIsWrittenForSysctl() {
    let dotted = NetworkInterface(index: 7, name: "eth0.100")
    let lines = AddressLines(
      BindRequest(.tcp, "[2001:db8::2]:53", uid: 0), .refusesIPv6(interface: dotted)
    ).enabling
    #expect(
      lines == [
        "sysctl -w net/ipv6/conf/eth0.100/disable_ipv6=0", "ip address add 2001:db8::2/128 dev eth0.100 nodad",
      ])
  }
}
