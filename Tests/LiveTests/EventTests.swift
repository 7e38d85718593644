import Foundation
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// What the running kernel announces when sockets end.
///
/// Most tests use TCP sockets. Setting up a namespace uses a UDP socket, and if other namespaces have subscribers, the
/// kernel may announce the end of that UDP socket to a subscriber that joined shortly afterwards.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct EventTests {
  // MARK: What is announced

  @Test(arguments: [LabAddress.loopbackV4, .loopbackV6])
  func bothEndsOfATCPConnectionAreAnnouncedWithTheirLastFigures(address: LabAddress) async throws {
    let (shown, announced) = try await Laboratory.withNew { laboratory in
      var events = try SocketEvents(.tcp)
      let pair = try laboratory.connectedPair(to: LabEndpoint(address, 1000))
      for _ in 0..<3 {
        try pair.client.send(1000)
        try pair.server.discard()
      }
      try pair.server.send(77)
      try pair.client.discard()
      var inspector = try SocketInspector()
      let shown = try inspector.dump(SocketQuery(.tcp, details: .tcpInfo)).sockets
      pair.client.close()
      try pair.server.discard()
      pair.server.close()
      return (shown, try events.collect(2))
    }
    #expect(shown.count == 2)
    #expect(announced.gaps.isEmpty && announced.sockets.count == 2)
    let cookies = Dictionary(grouping: announced.sockets, by: \.cookie)
    for socket in shown {
      let last = try #require(cookies[socket.cookie]?.first)
      #expect(last.protocol == .tcp && last.family == socket.family && last.state == .close)
      #expect(last.local == socket.local && last.remote == socket.remote)
      #expect(last.uid == nil && last.inode == 0)
      let info = try #require(last.tcpInfo)
      let isClient = socket.remote.port == 1000
      let (sent, received): (UInt64, UInt64) = isClient ? (3000, 77) : (77, 3000)
      #expect(info.bytesSent == sent + (try #require(info.bytesRetransmitted)))
      // Each side's FIN counts as one byte, and so does the SYN of the side that connected.
      #expect(info.bytesAcknowledged == sent + (isClient ? 2 : 1))
      // If the other side is slow, a TIME_WAIT record replaces the client's socket before the server's FIN arrives.
      #expect(info.bytesReceived == received + 1 || isClient && info.bytesReceived == received)
    }
  }

  /// A side that resets its connection loses its address, its peer's port and its figures before it ends. The other
  /// side keeps them.
  @Test func sideThatResetsIsAnnouncedWithoutItsAddresses() async throws {
    let (shown, announced) = try await Laboratory.withNew { laboratory in
      var events = try SocketEvents(.tcp)
      let pair = try laboratory.connectedPair(to: LabEndpoint(.loopbackV4, 1000))
      try pair.client.send(1000)
      try pair.server.discard()
      var inspector = try SocketInspector()
      let shown = try inspector.dump(SocketQuery(.tcp)).sockets
      try pair.client.set(.linger(seconds: 0))
      pair.client.close()
      pair.server.close()
      return (shown, try events.collect(2))
    }
    let client = try #require(announced.sockets.first { $0.local.port != 1000 })
    #expect(shown.contains { $0.cookie == client.cookie && $0.local.port == client.local.port })
    #expect(client.remote.port == 0 && client.tcpInfo?.bytesSent == 0)
    let server = try #require(announced.sockets.first { $0.local.port == 1000 })
    #expect(shown.contains { $0.cookie == server.cookie && $0.remote == server.remote })
    #expect(server.tcpInfo?.bytesReceived == 1000)
  }

  @Test(arguments: [LabAddress.loopbackV4, .loopbackV6])
  func udpSocketIsAnnounced(address: LabAddress) async throws {
    let (shown, announced) = try await Laboratory.withNew { laboratory in
      var events = try SocketEvents(.udp)
      let socket = try laboratory.udpSocket(
        bound: LabEndpoint(address, 2000), connectedTo: LabEndpoint(address, 2001))
      var inspector = try SocketInspector()
      let shown = try inspector.dump(SocketQuery(.udp)).sockets
      socket.close()
      return (shown, try events.collect { $0.sockets.contains { $0.cookie == shown.first?.cookie } })
    }
    #expect(shown.count == 1)
    #expect(announced.gaps.isEmpty)
    let last = try #require(announced.sockets.first { $0.cookie == shown.first?.cookie })
    #expect(last.protocol == .udp && last.tcpInfo == nil && last.uid == nil)
    // UDP has no end of a connection.
    #expect(last.state == .established)
    #expect(
      last.family == shown.first?.family && last.local == shown.first?.local && last.remote == shown.first?.remote)
  }

  @Test func onlyRequestedGroupsAreAnnounced() async throws {
    let ports = try await Laboratory.withNew { laboratory in
      var events = try SocketEvents([.udp4, .tcp6])
      for (address, port) in [(LabAddress.loopbackV4, 10), (.loopbackV6, 20)] as [(LabAddress, UInt16)] {
        try laboratory.udpSocket(bound: LabEndpoint(address, port)).close()
        try laboratory.tcpListener(on: LabEndpoint(address, port + 1)).close()
      }
      try laboratory.udpSocket(bound: LabEndpoint(.loopbackV4, 30)).close()
      return try events.collect { $0.ports.isSuperset(of: [10, 21, 30]) }.ports
    }
    #expect(ports == [10, 21, 30])
  }

  @Test func otherNamespacesAreNotAnnounced() async throws {
    let ports = try await Laboratory.withNew { laboratory in
      var events = try SocketEvents(.tcp)
      try Laboratory.withNew { try $0.boundSocket(to: LabEndpoint(.loopbackV4, 10)).close() }
      try laboratory.boundSocket(to: LabEndpoint(.loopbackV4, 20)).close()
      return try events.collect(1).sockets.map(\.local.port)
    }
    #expect(ports == [20])
  }

  /// The size counts kernel memory, overhead included, and the kernel enforces a minimum.
  @Test func requestedBufferSizeIsGranted() async throws {
    let sizes = try await Laboratory.withNew { _ in
      try [0, 100_000, 1 << 26].map { try SocketEvents(receiveBuffer: $0).receiveBufferByteCount }
    }
    #expect(sizes[0] > 0 && sizes[0] < 10_000)
    #expect(sizes[1...] == [100_000, 1 << 26])
  }

  @Test func emptyGroupSetIsAnError() {
    #expect { _ = try SocketEvents([]) } throws: { ($0 as? SockDiagError)?.code == .invalidRequest }
  }

  // MARK: A burst

  /// Connections that are made and reset at once, two sockets each.
  private static func burst(_ count: Int, in laboratory: Laboratory, meanwhile: () throws -> Void) throws {
    let server = LabEndpoint(.loopbackV4, 1000)
    let listener = try laboratory.tcpListener(on: server)
    for _ in 0..<count {
      let client = try laboratory.tcpClient(to: server, options: [.linger(seconds: 0)])
      let accepted = try listener.accept()
      client.close()
      accepted.close()
      try meanwhile()
    }
  }

  @Test func largeBufferHoldsABurst() async throws {
    let connections = 20_000
    let announced = try await Laboratory.withNew { laboratory in
      var events = try SocketEvents(.tcp, receiveBuffer: 256 << 20)
      try Self.burst(connections, in: laboratory) {}
      return try events.collect(2 * connections)
    }
    print("large buffer: \(announced.sockets.count) events, \(announced.gaps.count) gaps")
    #expect(announced.gaps.isEmpty)
    #expect(announced.sockets.count == 2 * connections)
    #expect(Set(announced.sockets.map(\.cookie)).count == 2 * connections)
  }

  /// A reader that is too slow for a tiny buffer is told the exact number of events that it missed.
  @Test(arguments: [0, 20_000])
  func eventsBeyondTheBufferAreCountedInAGap(buffer: Int) async throws {
    let connections = 20_000
    let announced = try await Laboratory.withNew { laboratory in
      var events = try SocketEvents(.tcp, receiveBuffer: buffer)
      var announced = Announced()
      var round = 0
      try Self.burst(connections, in: laboratory) {
        round += 1
        if round.isMultiple(of: 5), let event = try events.nextIfReady() { announced.append(event) }
      }
      if announced.dropped == 0 { try waitForDrop() }
      try events.collect(into: &announced) { $0.accounted >= 2 * connections }
      return announced
    }
    print(
      "buffer of \(buffer): \(announced.sockets.count) events, \(announced.dropped) dropped in \(announced.gaps.count) gaps"
    )
    #expect(announced.dropped > 0)
    #expect(announced.gaps.allSatisfy { ($0.dropped ?? 0) > 0 && $0.malformed == 0 })
    #expect(announced.sockets.count + announced.dropped == 2 * connections)
    #expect(Set(announced.sockets.map(\.cookie)).count == announced.sockets.count)
  }

  // MARK: Waiting

  @Test func nextWaitsForAnEvent() async throws {
    let port = try await Laboratory.withNew { laboratory in
      var events = try SocketEvents(.tcp)
      let socket = try laboratory.boundSocket(to: LabEndpoint(.loopbackV4, 10))
      // A socket ends when its last descriptor is closed.
      let last = fcntl(socket.descriptor, F_DUPFD_CLOEXEC, 0)
      socket.close()
      Thread.detachNewThread {
        usleep(50_000)
        close(last)
      }
      guard case .destroyed(let socket) = try events.next() else { return UInt16(0) }
      return socket.local.port
    }
    #expect(port == 10)
  }
}

/// The events and gaps that a subscription received.
struct Announced: Sendable {
  var sockets: [InetSocket] = []
  var gaps: [EventGap] = []
  var dropped: Int { gaps.compactMap(\.dropped).reduce(0, +) }
  var accounted: Int { sockets.count + dropped }
  /// The sockets that were bound.
  var ports: Set<UInt16> { Set(sockets.map(\.local.port)).subtracting([0]) }

  mutating func append(_ event: SocketEvent) {
    switch event {
    case .destroyed(let socket): sockets.append(socket)
    case .gap(let gap): gaps.append(gap)
    }
  }
}

extension SocketEvents {
  /// Reads until the wanted events have arrived and no more follow for a moment, or until the timeout. The kernel
  /// announces ends from a work queue, so they may be late.
  mutating func collect(into announced: inout Announced, until isComplete: (Announced) -> Bool) throws {
    var last = ContinuousClock.now
    while true {
      if let event = try nextIfReady() {
        announced.append(event)
        last = .now
      } else if .now - last > (isComplete(announced) ? .milliseconds(100) : .seconds(20)) {
        return
      } else {
        usleep(1000)
      }
    }
  }

  mutating func collect(until isComplete: (Announced) -> Bool) throws -> Announced {
    var announced = Announced()
    try collect(into: &announced, until: isComplete)
    return announced
  }

  /// Reads until this many sockets are accounted for, in events or in gaps.
  mutating func collect(_ count: Int) throws -> Announced { try collect { $0.accounted >= count } }
}

/// Waits until the kernel has dropped an event for a subscriber of this namespace.
func waitForDrop() throws {
  _ = try settled {
    let table = try String(contentsOfFile: "/proc/thread-self/net/netlink", encoding: .utf8)
    let drops = table.split(separator: "\n").dropFirst().compactMap { $0.split(separator: " ").dropFirst(8).first }
    return drops.contains { $0 != "0" } ? [] : ["nothing was dropped"]
  }
}
