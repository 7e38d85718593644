import Foundation
import Glibc
import SockDiag
import SockDiagTestKit
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// Packet sockets of the running kernel: the library and the command against `ss`, row for row and field for field.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct PacketTests {
  private static let loopback: UInt32 = 1

  private static func withSockets<Result>(_ body: () throws -> Result) throws -> Result {
    let sockets = try PacketSockets(on: loopback)
    return try withExtendedLifetime(sockets, body)
  }

  private static func rowsOfSS(in namespace: LabNamespace) throws -> [String] {
    let result = try namespace.run(["ss", "-H", "-0", "-a", "-n", "-e", "-m", "-b", "-O"])
    guard result.status == 0 else { throw CommandUnderTest.Failure(["-0"], result) }
    return result.outputText.split(separator: "\n").map(SSLines.singleBlanks)
  }

  @Test func everyRowIsThatOfSS() async throws {
    let (complaints, count) = try await Laboratory.withNew { laboratory in
      try Self.withSockets {
        var count = 0
        let complaints = try settled {
          var inspector = try SocketInspector()
          let dump = try inspector.dump(FamilyQuery<Packet>(PacketSocketRequest()))
          count = dump.sockets.count
          let rows = dump.sockets.map { SSLines.row($0, interfaces: [Self.loopback: "lo"]) }
          return rowDifferences(rows, try Self.rowsOfSS(in: laboratory.namespace))
        }
        return (complaints, count)
      }
    }
    #expect(complaints.isEmpty, "\(complaints)")
    #expect(count == 12)
  }

  @Test func membershipsAreReported() async throws {
    let sockets = try await Laboratory.withNew { _ in
      try Self.withSockets {
        var inspector = try SocketInspector()
        return try inspector.dump(FamilyQuery<Packet>(PacketSocketRequest())).sockets
      }
    }
    let memberships = sockets.compactMap(\.memberships).filter { !$0.isEmpty }
    #expect(sockets.allSatisfy { $0.memberships != nil })
    typealias Membership = PacketSocket.Membership
    #expect(
      memberships.map(Set.init) == [
        [
          Membership(interfaceIndex: Self.loopback, count: 2, kind: .promiscuous, address: []),
          Membership(interfaceIndex: Self.loopback, count: 1, kind: .allMulticast, address: []),
          Membership(
            interfaceIndex: Self.loopback, count: 1, kind: .multicast, address: [1, 0, 0x5e, 0, 0, 1]),
        ]
      ])
  }

  @Test func detailsAreThoseOfTheRequest() async throws {
    let sockets = try await Laboratory.withNew { _ in
      try Self.withSockets {
        var inspector = try SocketInspector()
        return try inspector.dump(FamilyQuery<Packet>(PacketSocketRequest(details: []))).sockets
      }
    }
    #expect(sockets.count == 12)
    #expect(sockets.allSatisfy { $0.info == nil && $0.uid == nil && $0.memory == nil && $0.memberships == nil })
    #expect(sockets.allSatisfy { $0.receiveRing == nil && $0.fanout == nil && $0.filter == nil && $0.cookie != nil })
  }

  // MARK: The command

  private static func run(_ arguments: [String], in namespace: LabNamespace) throws -> CommandResult {
    let result = try namespace.run([CommandUnderTest.path] + arguments)
    guard result.status == 0 else { throw CommandUnderTest.Failure(arguments, result) }
    return result
  }

  @Test func commandListsFiltersAndNamesHolders() async throws {
    let (json, filtered, datagrams, table, programs) = try await Laboratory.withNew { laboratory in
      try Self.withSockets {
        let namespace = laboratory.namespace
        let json = try Self.run(["list", "-0", "--json"], in: namespace).output
        let filtered = try Self.run(["list", "-f", "link", "--ndjson", "src", "link:arp:lo"], in: namespace).output
        let datagrams = try Self.run(["list", "-A", "p_dgr", "--json"], in: namespace).output
        let table = try Self.run(["list", "-0", "-p", "-e", "-m", "-i", "src", "link:*:lo"], in: namespace).outputText
        let programs = try Self.run(["list", "-0b"], in: namespace).outputText
        return (json, filtered, datagrams, table, programs)
      }
    }
    let decoder = JSONDecoder()
    #expect(try decoder.decode([PacketSocket].self, from: Data(json)).count == 12)
    let one = try decoder.decode(PacketSocket.self, from: Data(filtered))
    #expect((one.type, one.interfaceIndex) == (.datagram, Self.loopback))
    #expect(try decoder.decode([PacketSocket].self, from: Data(datagrams)).map(\.type) == [.datagram, .datagram])
    #expect(table.contains("arp:lo"))
    #expect(table.contains("(\(getpid()),fd="))
    #expect(table.contains("rx_ring version=3 block_size=65536 block_nr=2"))
    #expect(table.contains("fanout id=8 type=roll"))
    #expect(!table.contains("bpf="))
    #expect(programs.ranges(of: "filter instructions=").count == 1)
    #expect(programs.contains("bpf=") && !programs.contains("rx_ring"))
  }

  @Test func recordingHoldsPacketSockets() async throws {
    let decoded = try await Laboratory.withNew { laboratory in
      try Self.withSockets {
        try RecordingTests.withFile { path in
          _ = try Self.run(["record", path, "-0"], in: laboratory.namespace)
          return try Self.run(["decode", path, "--json"], in: laboratory.namespace).output
        }
      }
    }
    let sockets = try JSONDecoder().decode([PacketSocket].self, from: Data(decoded))
    #expect(sockets.count == 12)
    #expect(sockets.compactMap(\.filter).count == 1)
  }
}
