internal import SocketLaboratory

extension Situation {
  /// States that two sockets of one namespace reach without a scripted peer.
  static func tcpLoopback(v6 isV6: Bool) -> [Situation] {
    let at = Places(isV6: isV6)
    func situation(
      _ name: String,
      _ what: String,
      _ make: @escaping @Sendable (Laboratory) throws -> Scene
    ) -> Situation {
      Situation(at.name(.tcp, name), "\(at.family) TCP on loopback: \(what)", make)
    }
    return [
      situation("listener", "a listener, nobody waiting") { laboratory in
        let listener = try laboratory.tcpListener(on: at.server, backlog: 128)
        let expected = ExpectedSocket(.tcp, .listen, at.server) { ($0.receiveQueue, $0.sendQueue) = (0, 128) }
        return Scene([expected], sockets: [listener])
      },
      situation("wildcard-listener", "a listener on every address of the family") { laboratory in
        let place = LabEndpoint(at.any, 8080)
        let options: [SocketOption] = at.isV6 ? [.v6Only(true)] : []
        let expected = ExpectedSocket(.tcp, .listen, place) { $0.isV6Only = at.isV6 ? true : nil }
        return Scene([expected], sockets: [try laboratory.tcpListener(on: place, options: options)])
      },
      situation("listener-auto-port", "a listener on a port of the kernel's choice") { laboratory in
        let listener = try laboratory.tcpListener(on: LabEndpoint(at.loopback, 0))
        return Scene([ExpectedSocket(.tcp, .listen, try listener.local())], sockets: [listener])
      },
      situation("listener-full-queue", "three connections fill the accept queue, a fourth is not let in") {
        try fullQueue($0, at)
      },
      situation("loopback-established", "both ends of a connection, and its listener") { laboratory in
        let pair = try laboratory.connectedPair(to: at.server, from: at.client)
        return Scene(
          [
            ExpectedSocket(.tcp, .listen, at.server), ExpectedSocket(.tcp, .established, at.client, at.server),
            ExpectedSocket(.tcp, .established, at.server, at.client),
          ],
          sockets: [pair.listener, pair.client, pair.server]
        )
      },
      situation("loopback-fin-wait-2", "one end shut down its sending half, the other is in close-wait") { laboratory in
        let pair = try laboratory.connectedPair(to: at.server, from: at.client)
        pair.listener.close()
        try pair.client.shutdown(sending: true)
        return Scene(
          [
            ExpectedSocket(.tcp, .finWait2, at.client, at.server) { $0.shutdown = 2 },
            ExpectedSocket(.tcp, .closeWait, at.server, at.client) { $0.shutdown = 1 },
          ],
          sockets: [pair.client, pair.server]
        )
      },
      situation("loopback-time-wait", "the client finished first, then the server") { laboratory in
        let pair = try laboratory.connectedPair(to: at.server, from: at.client)
        pair.listener.close()
        pair.client.close()
        try pair.server.discard()
        pair.server.close()
        return Scene([.brought(to: .timeWait, local: at.client, remote: at.server)])
      },
      situation("child-without-listener", "a connection that outlived its listener") { laboratory in
        let pair = try laboratory.connectedPair(to: at.server, from: at.client)
        pair.listener.close()
        return Scene(
          [
            ExpectedSocket(.tcp, .established, at.client, at.server),
            ExpectedSocket(.tcp, .established, at.server, at.client),
          ],
          sockets: [pair.client, pair.server]
        )
      },
      situation("bound-inactive", "bound, neither listening nor connected") { laboratory in
        let socket = try laboratory.boundSocket(to: at.server)
        return Scene([ExpectedSocket(.tcp, .boundInactive, at.server)], sockets: [socket])
      },
      situation("disconnected", "connected once, then disconnected; the bound port is kept") { laboratory in
        let pair = try laboratory.connectedPair(to: at.server, from: at.client)
        pair.listener.close()
        pair.server.close()
        try pair.client.wait(for: .closeWait)
        try pair.client.disconnect()
        return Scene([ExpectedSocket(.tcp, .boundInactive, at.client)], sockets: [pair.client])
      },
    ]
  }

  private static func fullQueue(_ laboratory: Laboratory, _ at: Places) throws -> Scene {
    let listener = try laboratory.tcpListener(on: at.server, backlog: 2)
    var expected = [ExpectedSocket(.tcp, .listen, at.server) { ($0.receiveQueue, $0.sendQueue) = (3, 2) }]
    var sockets = [listener]
    for index in 0..<4 {
      let source = LabEndpoint(at.loopback, 40000 + UInt16(index))
      let client = try laboratory.tcpClient(from: source, to: at.server)
      sockets.append(client)
      guard index < 3 else {
        expected.append(ExpectedSocket(.tcp, .synSent, source, at.server) { $0.timer = .retransmit })
        continue
      }
      expected.append(ExpectedSocket(.tcp, .established, source, at.server))
      // No process has accepted this end yet.
      expected.append(ExpectedSocket(.tcp, .established, at.server, source) { $0.isOrphan = true })
      try laboratory.wait(for: Array(expected.dropFirst()))
    }
    return Scene(expected, sockets: sockets)
  }
}
