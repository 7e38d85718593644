import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// `sockdiag free` as a script runs it, in a namespace of its own.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct FreeCommandTests {
  private func run(
    beside ports: [UInt16] = [], udp: [UInt16] = [], startedBy starter: [String] = [], _ words: String...
  ) async throws -> CommandResult {
    let command = starter + [try Tool.path, "free"] + words
    return try await Laboratory.withNew { laboratory in
      let listeners = try ports.map { try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, $0)) }
      let sockets = try udp.map { try laboratory.udpSocket(bound: LabEndpoint(.loopbackV4, $0)) }
      return try withExtendedLifetime((listeners, sockets)) { try laboratory.namespace.run(command) }
    }
  }

  @Test func firstFreePortOfTheRangeIsPrintedAlone() async throws {
    let answers: [(words: [String], output: String)] = [
      (["3000-3100"], "3002\n"), (["3002"], "3002\n"), (["3000", "3001", "4000-4010"], "4000\n"),
      (["3000,3001,3005"], "3005\n"), (["3000-3100", "-n", "3"], "3002\n3003\n3005\n"),
      (["3000-3100", "--udp"], "3000\n"), (["3000-3010/udp"], "3000\n"), (["127.0.0.2:3000-3010"], "3000\n"),
      (["127.0.0.1:3000-3010"], "3002\n"), (["[::1]:3000-3010"], "3000\n"), (["3000-3010", "--as", "go"], "3002\n"),
      (["3000-3010", "--probe"], "3002\n"), (["3003-3010", "-t", "-u"], "3005\n"),
      (["3002-3005", "3003-3008", "-n", "5"], "3002\n3003\n3005\n3006\n3007\n"),
    ]
    for (words, output) in answers {
      let command = [try Tool.path, "free"] + words
      let result = try await Laboratory.withNew { laboratory in
        let listeners = try [3000, 3001, 3004].map {
          try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, UInt16($0)))
        }
        let socket = try laboratory.udpSocket(bound: LabEndpoint(.loopbackV4, 3003))
        return try withExtendedLifetime((listeners, socket)) { try laboratory.namespace.run(command) }
      }
      #expect(
        result.outputText == output && result.errorText == "" && result.status == 0, "\(words) \(result.errorText)")
    }
  }

  @Test func defaultPortIsOutsideTheKernelsRange() async throws {
    let tool = try Tool.path
    let ports = try await Laboratory.withNew { laboratory in
      try laboratory.namespace.set("net.ipv4.ip_local_port_range", to: "12000 65000")
      try laboratory.namespace.set("net.ipv4.ip_local_reserved_ports", to: "10000-10009,11000-11999")
      return try laboratory.namespace.run([tool, "free", "-n", "400"]).outputText
        .split(separator: "\n").compactMap { UInt16($0) }
    }
    #expect(Set(ports).count == 400)
    #expect(ports.allSatisfy { (10010..<11000).contains($0) || $0 > 65000 }, "\(ports)")
  }

  @Test func twoCallsSeldomGetTheSamePort() async throws {
    let ports = try await Laboratory.withNew { laboratory in
      let command = [try Tool.path, "free"]
      return try (0..<4).map { _ in try laboratory.namespace.run(command).outputText }
    }
    #expect(Set(ports).count > 1)
  }

  /// Where the kernel may give away every port, one of its own is better than none.
  @Test func portOfTheKernelIsTheLastResort() async throws {
    let tool = try Tool.path
    let result = try await Laboratory.withNew { laboratory in
      try laboratory.namespace.set("net.ipv4.ip_local_port_range", to: "1024 65535")
      return try laboratory.namespace.run([tool, "free"])
    }
    #expect(result.status == 0 && UInt16(result.outputText.prefix { $0 != "\n" }) != nil)
    #expect(result.errorText.contains("net.ipv4.ip_local_port_range is free, so an outgoing connection may take"))
  }

  @Test func tooFewFreePortsAreOneSentence() async throws {
    let (busy, next) = ([UInt16](3000...3004), "; the next free one is 3005\n")
    let all = try await run(beside: busy, "3000-3004")
    #expect(all.status == 1 && all.outputText == "")
    #expect(all.errorText == "sockdiag: all 5 ports from 3000 to 3004 are in use" + next)
    let one = try await run(beside: busy, "3004")
    #expect(one.status == 1 && one.errorText.hasPrefix("sockdiag: port 3004 is in use: listener 127.0.0.1:3004"))
    #expect(one.errorText.hasSuffix(next))
    let few = try await run(beside: busy, "3000-3005", "-n", "3")
    #expect(few.status == 1 && few.outputText == "")
    #expect(
      few.errorText
        == "sockdiag: only 1 of the 6 ports from 3000 to 3005 is free, and 3 are wanted; the next free one is 3006\n")
    let list = try await run(udp: [53, 54], "53,54/udp")
    #expect(list.errorText == "sockdiag: all 2 UDP ports of 53, 54 are in use; the next free one is 55\n")
    let quiet = try await run(beside: busy, "3000-3004", "-q")
    #expect(quiet.status == 1 && quiet.errorText == "" && quiet.outputText == "")
  }

  @Test func portThatNeedsALongerLookKeepsItsPlace() async throws {
    let command = [try Tool.path, "free", "--as", "rust", "127.0.0.1:3000-3001", "-n", "2"]
    let result = try await Laboratory.withNew { laboratory in
      // Whether 3000 is free depends on the option of a connection that its listener left.
      let pair = try laboratory.connectedPair(
        to: LabEndpoint(.loopbackV4, 3000), serverOptions: [.reuseAddress])
      pair.listener.close()
      return try withExtendedLifetime(pair) { try laboratory.namespace.run(command) }
    }
    #expect(result.outputText == "3000\n3001\n", "\(result)")
  }

  @Test func otherErrorHasItsOwnStatus() async throws {
    let privileged = try await run("80-90", "--uid", "12345")
    #expect(privileged.status == 3 && privileged.outputText == "")
    #expect(
      privileged.errorText.hasPrefix(
        "sockdiag: bind() of each of the 11 ports from 80 to 90 fails with EACCES (Permission denied): "))
    #expect(
      privileged.errorText.hasSuffix("'sockdiag why 80 --uid 12345' says what helps\n"), "\(privileged.errorText)")
    let foreign = try await run("10.9.9.9:3000-3010")
    #expect(foreign.status == 3 && foreign.errorText.contains("fails with EADDRNOTAVAIL"), "\(foreign.errorText)")
    #expect(try await run("10.9.9.9:3000-3010", "--freebind").outputText == "3000\n")
  }

  @Test func plainUserGetsAPortThatItMayBind() async throws {
    let result = try await run(startedBy: Tool.asNobody + ["--bounding-set", "-all"], "1000-1100")
    #expect(result.outputText == "1024\n" && result.status == 0, "\(result.errorText)")
  }

  /// With SO_REUSEADDR that depends on the socket that the record came from, which is gone.
  @Test func undecidedPortIsNotFree() async throws {
    let tool = try Tool.path
    let (one, range) = try await Laboratory.withNew { laboratory in
      try laboratory.leaveTimeWait(on: LabEndpoint(.loopbackV4, 8080))
      let words = [tool, "free", "--reuseaddr"]
      return (
        try laboratory.namespace.run(words + ["127.0.0.1:8080"]),
        try laboratory.namespace.run(words + ["127.0.0.1:8080-8081"])
      )
    }
    #expect(one.status == Status.undecided.rawValue && one.outputText == "")
    #expect(
      one.errorText.contains("depends on facts that are unknown; 'sockdiag why 127.0.0.1:8080 --reuseaddr' lists"))
    #expect(range.status == 0 && range.outputText == "8081\n")
  }

  @Test func jsonFollowsItsSchema() async throws {
    let schema = try JSONSchema(named: "free")
    let found = try await run(beside: [3000], "3000-3010", "--json", "-n", "2")
    let value = try JSONValue(parsing: found.output)
    #expect(schema.violations(of: value).isEmpty && found.status == 0)
    #expect(value["ports"] == .array([.number(3001), .number(3002)]) && value["in_use"] == nil)
    #expect(value["addresses"] == .array([.string("0.0.0.0"), .string("::")]))
    let none = try await run(beside: [3000], "3000", "--json")
    let rest = try JSONValue(parsing: none.output)
    #expect(schema.violations(of: rest).isEmpty && none.status == 1)
    #expect(rest["ports"] == .array([]) && rest["in_use"] == .number(1) && rest["next_free"] == .number(3001))
  }

  @Test(arguments: [
    (["0"], "port 0 is no port to bind"), (["3000-3010", "-n", "0"], "--count: 0 is out of range"),
    (["3010-3000"], "write 3000-3010"), (["3000-3010", "--as", "nod"], "did you mean 'node'"),
    (["3000", "--udp", "--as", "redis"], "--as redis is about TCP"),
  ]) func wrongUsageGetsASuggestion(_ words: [String], _ suggestion: String) throws {
    let result = try Tool.run(["free"] + words)
    #expect(result.status == Status.usage.rawValue && result.errors.contains(suggestion), "\(result.errors)")
    #expect(result.text.isEmpty)
  }
}
