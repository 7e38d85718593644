import SockDiagTestKit
import SockDiagWire
import Testing

/// The records show what the program of the guests, `sockets.py`, did to its sockets, where `ss` does not print it.
@Suite struct GuestProgramTests {
  @Test(arguments: Guest.all) func netlinkSocketsHaveTheirGroupsAndFlags(_ guest: Guest) throws {
    let made = try Self.made(guest, "netlink").compactMap(\.netlink)
    // A socket with groups is in the answer twice.
    let groups = Dictionary(grouping: made, by: \.groups).mapValues { Set($0.map(\.inode)).count }
    #expect(groups[[1, 7]] == 1 && groups[[1]] == 1 && groups[[33]] == 1)
    #expect(groups.count == 4 && groups[nil] == (guest.version == "7.2" ? 4 : 3))
    for socket in made { #expect(socket.flags == (socket.groups == [33] ? .broadcastError : []), "\(socket)") }
  }

  @Test(arguments: Guest.all) func packetSocketsHaveTheirMemberships(_ guest: Guest) throws {
    let dummy = try #require(try guest.interfaces().first { $0.value == "dummy0" }).key
    let made = try Self.made(guest, "packet").compactMap(\.packet)
    let memberships = try made.map { try #require($0.memberships) }.filter { !$0.isEmpty }
    typealias Membership = PacketSocket.Membership
    #expect(
      memberships.map(Set.init) == [
        [
          Membership(interfaceIndex: dummy, count: 1, kind: .promiscuous, address: []),
          Membership(interfaceIndex: dummy, count: 1, kind: .multicast, address: [1, 0, 0x5e, 0, 0, 1]),
        ]
      ])
    #expect(made.count == 8)
  }

  @Test(arguments: Guest.all) func udpLiteSocketsHaveTheirQueues(_ guest: Guest) throws {
    guard try guest.answered("udplite") else { return }
    let made = try Self.made(guest, "udplite").compactMap(\.inet)
    let ports = Dictionary(uniqueKeysWithValues: made.map { ($0.local.port, $0) })
    #expect(made.count == 5 && ports.count == 5)
    for (port, socket) in ports {
      // The program left three datagrams unread, and sent too many to another socket.
      #expect((socket.receiveQueue > 0) == [1200, 1204].contains(port))
      #expect(socket.drops.map { $0 > 0 } == (port == 1204))
      #expect(socket.state == (port == 1201 ? .established : .close))
      #expect(socket.isV6Only == [1202: false, 1203: true][port])
    }
    // The kernel doubles what SO_RCVBUF asks for: 2,304 bytes.
    #expect(ports[1204]?.socketMemory?.receiveBuffer == 4608)
  }

  @Test(arguments: Guest.all) func dccpSocketsHaveTheirStates(_ guest: Guest) throws {
    guard try guest.answered("dccp") else { return }
    let made = try Self.made(guest, "dccp").compactMap(\.inet)
    // The client is in a state that the recorder did not ask for.
    #expect(made.count == 2)
    for socket in made { #expect(socket.state == (socket.remote.port == 0 ? .listen : .established)) }
  }

  /// The guests have no device for SMC, so connections fell back to TCP.
  @Test(arguments: Guest.all) func smcConnectionsFellBackToTCP(_ guest: Guest) throws {
    guard try guest.answered("smc") else { return }
    let made = try Self.made(guest, "smc").compactMap(\.smc)
    let (listeners, connections) = (made.filter { $0.state == .listen }, made.filter { $0.state == .established })
    #expect(listeners.count == 1 && connections.count == 2)
    #expect(listeners.allSatisfy { $0.mode == .rdma && $0.smcState == .listen })
    #expect(connections.allSatisfy { $0.mode == .tcp && $0.smcState == .active && $0.shutdown == [] })
    #expect(made.allSatisfy { $0.connection == nil && $0.link == nil && $0.memoryBuffer == nil })
    // The client has no device, and the server was told so.
    let client = try #require(connections.first { $0.remote.port == 1700 }?.fallback)
    let server = try #require(connections.first { $0.local.port == 1700 }?.fallback)
    #expect(client.reason.description == "no device for SMC" && server.peerReason == client.reason)
    #expect(server.reason.description == "the peer declined")
  }

  /// The recorder asks for more than `ss` does. What both asked for is the same.
  @Test(arguments: Guest.all) func answersToBothProgramsAgree(_ guest: Guest) throws {
    var compared: [String: Int] = [:]
    for question in ["unix", "netlink", "vsock", "xdp"] where try guest.answered(question) {
      let answers = try [Guest.Asker.ss, .recorder].map { asker in
        try Self.made(guest, question, for: asker).map { socket -> CapturedSocket in
          switch socket {
          case .unix(var socket):
            socket.uid = nil
            return .unix(socket)
          case .netlink(var socket):
            socket.flags = nil
            return .netlink(socket)
          default: return socket
          }
        }
      }
      #expect(answers[0] == answers[1], "\(question)")
      compared[question] = answers[0].count
    }
    #expect(compared.values.allSatisfy { $0 > 0 } && compared["unix"] == 33, "\(compared)")
  }

  /// The program's own sockets in an answer, others than those of the kernel and of those who ask.
  private static func made(
    _ guest: Guest, _ question: String, for asker: Guest.Asker = .recorder
  ) throws -> [CapturedSocket] {
    let inodes = Set(try guest.facts().map(\.inode))
    return try guest.sockets(question, for: asker).filter { socket in
      RecordedFact(socket).map { inodes.contains($0.inode) } == true
    }
  }
}
