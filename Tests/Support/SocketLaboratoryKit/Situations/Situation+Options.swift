internal import SocketLaboratory

extension Situation {
  /// Socket options that sock_diag reports.
  static func tcpOptions(v6 isV6: Bool) -> [Situation] {
    let at = Places(isV6: isV6)
    let key = "laboratory"
    let network = isV6 ? Wire.localV6 : Wire.localV4
    let networkPrefix = isV6 ? 64 : 24
    var situations = [
      pair(at, "mark", "both ends marked, differently", client: [.mark(0x2a)], server: [.mark(0xcafe)]) {
        ($0.mark, $1.mark) = (0x2a, 0xcafe)
      },
      pair(at, "priority", "a connection with a priority", client: [.priority(6)], server: []) { _, _ in },
      pair(
        at,
        "md5",
        "a connection whose segments are signed",
        client: [.md5(peer: at.loopback, prefix: isV6 ? 128 : 32, key: key)],
        server: [.md5(peer: at.loopback, prefix: isV6 ? 128 : 32, key: key)]
      ) {
        ($0.md5KeyCount, $1.md5KeyCount) = (1, 1)
      },
      listener(
        at,
        "md5-listener",
        "a listener with two MD5 keys",
        [
          .md5(peer: at.loopback, prefix: isV6 ? 128 : 32, key: key),
          .md5(peer: network, prefix: networkPrefix, key: "another-key"),
        ]
      ) {
        $0.md5KeyCount = 2
      },
      listener(at, "bind-to-device", "a listener bound to the loopback device", [.bindToDevice("lo")]) {
        $0.device = "lo"
      },
      listener(
        at,
        "freebind",
        "a listener on an address that no interface has",
        [.freebind],
        on: isV6 ? .v6(0x2001_0db8_00ff_0000, 1) : .v4(198, 51, 100, 1)
      ) { _ in },
      markedOnWire(at, .timeWait), markedSYNRecv(at),
    ]
    if isV6 {
      situations.append(
        pair(at, "tclass", "a traffic class", client: [.trafficClass(0x20)], server: [.trafficClass(0x48)]) {
          ($0.trafficClass, $1.trafficClass) = (0x20, 0x48)
        }
      )
    }
    // IP_TOS also matters for a v6 socket: the kernel uses it for a v4 peer.
    situations.append(
      pair(at, "tos", "a type of service", client: [.tos(0x10)], server: [.tos(0x08)]) {
        ($0.tos, $1.tos) = (0x10, 0x08)
      }
    )
    return situations
  }

  /// Congestion control algorithms.
  static var congestion: [Situation] {
    ["cubic", "bbr", "reno"].map { algorithm in
      let at = Places(isV6: false)
      return Situation("tcp-congestion-\(algorithm)", "an IPv4 connection under \(algorithm)") { laboratory in
        let option = SocketOption.congestion(algorithm)
        let pair = try laboratory.connectedPair(
          to: at.server,
          from: at.client,
          clientOptions: [option],
          serverOptions: [option]
        )
        // The algorithm reports its state only after some traffic.
        try pair.client.send(1000)
        try pair.server.discard(1000)
        return Scene(
          [
            ExpectedSocket(.tcp, .listen, at.server) { $0.congestion = algorithm },
            ExpectedSocket(.tcp, .established, at.client, at.server) { $0.congestion = algorithm },
            ExpectedSocket(.tcp, .established, at.server, at.client) { $0.congestion = algorithm },
          ],
          sockets: [pair.listener, pair.client, pair.server]
        )
      }
    }
  }

  private static func pair(
    _ at: Places,
    _ name: String,
    _ what: String,
    client: [SocketOption],
    server: [SocketOption],
    _ adjust: @escaping @Sendable (_ client: inout ExpectedSocket, _ server: inout ExpectedSocket) -> Void
  ) -> Situation {
    Situation(at.name(.tcp, name), "\(at.family) TCP: \(what)") { laboratory in
      let pair = try laboratory.connectedPair(
        to: at.server,
        from: at.client,
        clientOptions: client,
        serverOptions: server
      )
      var clientEnd = ExpectedSocket(.tcp, .established, at.client, at.server)
      var serverEnd = ExpectedSocket(.tcp, .established, at.server, at.client)
      adjust(&clientEnd, &serverEnd)
      return Scene(
        [ExpectedSocket(.tcp, .listen, at.server), clientEnd, serverEnd],
        sockets: [pair.listener, pair.client, pair.server]
      )
    }
  }

  private static func listener(
    _ at: Places,
    _ name: String,
    _ what: String,
    _ options: [SocketOption],
    on address: LabAddress? = nil,
    _ adjust: @escaping @Sendable (inout ExpectedSocket) -> Void
  ) -> Situation {
    Situation(at.name(.tcp, name), "\(at.family) TCP: \(what)") { laboratory in
      let place = LabEndpoint(address ?? at.loopback, 8080)
      let listener = try laboratory.tcpListener(on: place, options: options)
      return Scene([ExpectedSocket(.tcp, .listen, place, with: adjust)], sockets: [listener])
    }
  }

  private static func markedOnWire(_ at: Places, _ state: LabState) -> Situation {
    Situation(at.name(.tcp, "mark-\(state)"), "\(at.family) \(state) that keeps its socket's mark") { laboratory in
      let connection = try laboratory.wireConnection(from: at.wireClient, to: at.peerServer, options: [.mark(0x2a)])
      try connection.bring(to: state)
      var expected = ExpectedSocket.brought(to: state, local: at.wireClient, remote: at.peerServer)
      expected.mark = 0x2a
      return Scene([expected])
    }
  }

  private static func markedSYNRecv(_ at: Places) -> Situation {
    let name = at.name(.tcp, "mark-syn-recv")
    return Situation(name, "\(at.family) syn-recv that has its listener's mark") { laboratory in
      _ = try laboratory.wire()
      let listener = try laboratory.tcpListener(on: at.wireServer, options: [.mark(0x2a)])
      try laboratory.beginSYNRecv(at: at.wireServer, from: at.peerClient)
      let expected = [
        ExpectedSocket(.tcp, .listen, at.wireServer), ExpectedSocket(.tcp, .synRecv, at.wireServer, at.peerClient),
      ].map { socket in
        var socket = socket
        socket.mark = 0x2a
        return socket
      }
      return Scene(expected, sockets: [listener])
    }
  }
}
