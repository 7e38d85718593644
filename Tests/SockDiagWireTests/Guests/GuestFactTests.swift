import Foundation
import SockDiagTestKit
import SockDiagWire
import Testing

/// The sockets of each guest are what the program that made them knows, also where `ss` prints nothing: it prints no
/// DCCP, UDP-Lite and SMC sockets, and of netlink, vsock and TIPC only columns.
///
/// `GuestProgramTests` has what the program did to them. One figure has nothing to compare it with: the memory of
/// netlink, DCCP and UDP-Lite sockets.
@Suite struct GuestFactTests {
  /// How many facts are compared for each family. The number is the same on every kernel that serves the family.
  private static let counts = [
    "tcp": 65, "udp": 6, "udplite": 5, "raw": 6, "mptcp": 4, "sctp": 8, "dccp": 2, "unix": 33, "netlink": 6,
    "packet": 8, "vsock": 3, "xdp": 1, "tipc": 4, "smc": 3,
  ]

  /// The protocols that the question determines, not the record.
  private static let protocols: [String: UInt32] = [
    "tcp": 6, "udp": 17, "udplite": 136, "mptcp": 262, "sctp": 132, "dccp": 33,
  ]

  @Test(arguments: Guest.all) func socketsAreWhatTheirProgramKnows(_ guest: Guest) throws {
    var records: [String: [UInt64: [RecordedFact]]] = [:]
    for question in Self.counts.keys where try guest.answered(question) {
      records[question] = try guest.recordedFacts(question)
    }
    var compared: [String: Set<UInt64>] = [:]
    var unseen: [GuestAddress?] = []
    for fact in try guest.facts() {
      let found = fact.questions.first { records[$0]?[fact.inode] != nil }
      guard let question = found, let same = records[question]?[fact.inode] else {
        if fact.questions.contains(where: { records[$0] != nil }) {
          unseen.append(try guest.address(fact.peer ?? fact.local))
        }
        continue
      }
      compared[question, default: []].insert(fact.inode)
      for record in same { try compare(record, fact, question, guest) }
      let peer = try guest.address(fact.peer)
      // An SCTP endpoint and its association are two records of one socket.
      let records = question == "sctp" ? same.filter { $0.peer != nil || peer == nil } : same
      #expect(!records.isEmpty && records.allSatisfy { $0.peer == peer }, "\(fact), \(same)")
    }
    for question in records.keys {
      #expect(compared[question]?.count ?? 0 >= Self.counts[question] ?? 1, "\(question)")
    }
    #expect(unseen == Self.unseen(guest))
  }

  /// The sockets that a kernel leaves out although it answers for their families.
  private static func unseen(_ guest: Guest) -> [GuestAddress?] {
    let loopback = IPAddress(v4: 0x7f00_0001)
    var addresses: [GuestAddress?] = []
    // Sockets of TCP that are only bound are in no dump before Linux 6.8.
    if ["5.10", "6.1"].contains(guest.version) {
      addresses += [.inet(SocketAddress(loopback, port: 1023)), .inet(SocketAddress(.anyV6, port: 1024))]
    }
    // The recorder did not ask for PARTOPEN, the state of a DCCP client that has not heard from its server.
    if guest.version != "7.2" { addresses.append(.inet(SocketAddress(loopback, port: 1500))) }
    return addresses
  }

  private func compare(_ record: RecordedFact, _ fact: GuestFact, _ question: String, _ guest: Guest) throws {
    // A socket of SMC that fell back to TCP has become the TCP socket, whose cookie the program sees.
    if question != "smc" || fact.peer == nil { #expect(record.cookie == fact.cookie, "\(fact)") }
    if let type = record.type { #expect(type == fact.type, "\(fact)") }
    if let number = record.protocol {
      let order = UInt16(truncatingIfNeeded: fact.protocol)
      // The third argument of a packet socket is in network order.
      let asked = question == "packet" ? UInt32(guest.isBigEndian ? order : order.byteSwapped) : fact.protocol
      #expect(number == Self.protocols[question] ?? asked, "\(fact)")
    }
    #expect(try record.local == guest.address(fact.local), "\(fact)")
  }

  /// `users` in `sockets.py` makes three sockets as another user.
  @Test(arguments: Guest.all) func ownersAreTheUsersOfTheProgram(_ guest: Guest) throws {
    var owners: [UInt32: Set<UInt64>] = [:]
    let inodes = Set(try guest.facts().map(\.inode))
    for question in Self.counts.keys where try guest.answered(question) {
      for record in try guest.recordedFacts(question).values.joined() where inodes.contains(record.inode) {
        if let uid = record.uid { owners[uid, default: []].insert(record.inode) }
      }
    }
    #expect(Set(owners.keys) == [0, 1234])
    #expect(owners[0]?.count ?? 0 > 130)
    let strangers = try guest.facts().filter { owners[1234]?.contains($0.inode) == true }
    #expect(
      try strangers.map { try guest.address($0.local) } == [
        .inet(SocketAddress(IPAddress(v4: 0x7f00_0001), port: 1070)),
        .inet(SocketAddress(IPAddress(v6: 0, 1), port: 1071)), .unix(.abstract(Array("owned".utf8))),
      ])
  }
}

extension Guest {
  /// What the program knew about its sockets.
  func facts() throws -> [GuestFact] {
    try bytes("facts.ndjson").split(separator: UInt8(ascii: "\n")).map { line in
      try JSONDecoder().decode(GuestFact.self, from: Data(line))
    }
  }

  func address(_ text: String?) throws -> GuestAddress? {
    try text.map { try #require(GuestAddress(hexadecimal: $0, isBigEndian: isBigEndian), "\($0)") }
  }

  /// What the records of a capture say about each inode, in the answers to both programs.
  func recordedFacts(_ question: String) throws -> [UInt64: [RecordedFact]] {
    var records: [RecordedFact] = []
    for asker in [Asker.ss, .recorder] {
      let sockets = try sockets(question, for: asker)
      var names = UnixPeerNames()
      for socket in sockets { if let socket = socket.unix { names.learn(from: socket) } }
      for socket in sockets {
        guard case .unix(var socket) = socket else {
          records.append(try #require(RecordedFact(socket), "\(socket)"))
          continue
        }
        names.complete(&socket)
        records.append(try #require(RecordedFact(.unix(socket))))
      }
    }
    return Dictionary(grouping: records, by: \.inode)
  }
}
