internal import SocketLaboratory

extension Situation {
  /// IPv6 sockets that accept IPv4, and those that refuse it.
  static var dualStack: [Situation] {
    let v4 = Places(isV6: false)
    let wildcard = LabEndpoint(.anyV6, 8080)
    @Sendable func mapped(_ endpoint: LabEndpoint) -> LabEndpoint {
      LabEndpoint(endpoint.address.mapped, endpoint.port)
    }
    let dual = ExpectedSocket(.tcp, .listen, wildcard) { $0.isV6Only = false }
    let v6Only = ExpectedSocket(.tcp, .listen, wildcard) { $0.isV6Only = true }
    return [
      Situation("tcp-dual-stack-listener", "a listener on [::] that takes IPv4 too") { laboratory in
        Scene([dual], sockets: [try laboratory.tcpListener(on: wildcard, options: [.v6Only(false)])])
      },
      Situation("tcp-v6only-listener", "a listener on [::] that refuses IPv4") { laboratory in
        Scene([v6Only], sockets: [try laboratory.tcpListener(on: wildcard, options: [.v6Only(true)])])
      },
      Situation("tcp-v6only-beside-v4", "listeners on 0.0.0.0 and on [::] without IPv4, the same port") { laboratory in
        let place = LabEndpoint(.anyV4, 8080)
        let sockets = [
          try laboratory.tcpListener(on: place), try laboratory.tcpListener(on: wildcard, options: [.v6Only(true)]),
        ]
        return Scene([v6Only, ExpectedSocket(.tcp, .listen, place)], sockets: sockets)
      },
      Situation("tcp-v4-mapped-listener", "a listener on ::ffff:127.0.0.1") { laboratory in
        let place = mapped(v4.server)
        let listener = try laboratory.tcpListener(on: place, options: [.v6Only(false)])
        return Scene([ExpectedSocket(.tcp, .listen, place)], sockets: [listener])
      },
      Situation("tcp-v4-mapped-established", "an IPv4 client of a dual-stack listener") { laboratory in
        let pair = try laboratory.connectedPair(
          to: v4.server,
          from: v4.client,
          listenerAddress: .anyV6,
          serverOptions: [.v6Only(false)]
        )
        return Scene(
          [
            dual, ExpectedSocket(.tcp, .established, v4.client, v4.server),
            ExpectedSocket(.tcp, .established, mapped(v4.server), mapped(v4.client)),
          ],
          sockets: [pair.listener, pair.client, pair.server]
        )
      },
      Situation("tcp-v4-mapped-client", "an IPv6 socket connected to an IPv4 server") { laboratory in
        let listener = try laboratory.tcpListener(on: v4.server)
        let client = try laboratory.tcpClient(from: mapped(v4.client), to: mapped(v4.server), options: [.v6Only(false)])
        let server = try listener.accept()
        return Scene(
          [
            ExpectedSocket(.tcp, .established, mapped(v4.client), mapped(v4.server)),
            ExpectedSocket(.tcp, .established, v4.server, v4.client), ExpectedSocket(.tcp, .listen, v4.server),
          ],
          sockets: [listener, client, server]
        )
      },
      Situation("tcp-v4-mapped-syn-recv", "syn-recv of an IPv4 peer at a dual-stack listener") { laboratory in
        let listener = try laboratory.tcpListener(on: wildcard, options: [.v6Only(false)])
        try laboratory.beginSYNRecv(at: v4.wireServer, from: v4.peerClient)
        let request = ExpectedSocket(.tcp, .synRecv, mapped(v4.wireServer), mapped(v4.peerClient))
        return Scene([dual, request], sockets: [listener])
      },
      Situation("tcp-v4-mapped-time-wait", "time-wait left by an IPv4 client of a dual-stack listener") { laboratory in
        let listener = try laboratory.tcpListener(on: wildcard, options: [.v6Only(false)])
        let connection = try laboratory.wireAccepted(by: listener, at: v4.wireServer, from: v4.peerClient)
        try connection.bring(to: .timeWait)
        let rest = ExpectedSocket.brought(to: .timeWait, local: mapped(v4.wireServer), remote: mapped(v4.peerClient))
        return Scene([dual, rest], sockets: [listener])
      },
      Situation("udp-dual-stack", "a UDP socket on [::] that takes IPv4 too") { laboratory in
        let place = LabEndpoint(.anyV6, 5353)
        let socket = try laboratory.udpSocket(bound: place, options: [.v6Only(false)])
        return Scene([ExpectedSocket(.udp, .close, place) { $0.isV6Only = false }], sockets: [socket])
      },
    ]
  }

  /// Addresses that are complete only with an interface.
  static var linkLocal: [Situation] {
    let device = Wire.deviceName
    let server = LabEndpoint(Wire.localLinkLocal, 8080, interface: device)
    let client = LabEndpoint(Wire.localLinkLocal, 40000, interface: device)
    let peer = LabEndpoint(.v6(Wire.localLinkLocal.high, 2), 443, interface: device)
    return [
      Situation("tcp6-link-local-listener", "a listener on fe80::1 of one interface") { laboratory in
        _ = try laboratory.wire()
        return Scene([ExpectedSocket(.tcp, .listen, server)], sockets: [try laboratory.tcpListener(on: server)])
      },
      Situation("tcp6-link-local-established", "a connection between two link-local addresses") { laboratory in
        _ = try laboratory.wire()
        let connection = try laboratory.wireConnection(from: client, to: peer)
        let remote = LabEndpoint(peer.address, peer.port)
        return Scene([ExpectedSocket(.tcp, .established, client, remote)], sockets: [connection.socket])
      },
      Situation("udp6-link-local", "a UDP socket on fe80::1 of one interface") { laboratory in
        _ = try laboratory.wire()
        return Scene([ExpectedSocket(.udp, .close, server)], sockets: [try laboratory.udpSocket(bound: server)])
      },
    ]
  }

  /// Several sockets on one port.
  static var sharing: [Situation] {
    let place = LabEndpoint(.anyV4, 8080)
    let specific = LabEndpoint(.loopbackV4, 8080)
    return [
      Situation("tcp-reuse-port-group", "three listeners share an address and port") { laboratory in
        let sockets = try (0..<3).map { _ in try laboratory.tcpListener(on: place, options: [.reusePort]) }
        return Scene([ExpectedSocket](repeating: ExpectedSocket(.tcp, .listen, place), count: 3), sockets: sockets)
      },
      Situation("tcp-wildcard-and-specific", "listeners on 0.0.0.0 and on 127.0.0.1, the same port") { laboratory in
        let sockets = try [place, specific].map { try laboratory.tcpListener(on: $0, options: [.reusePort]) }
        return Scene([place, specific].map { ExpectedSocket(.tcp, .listen, $0) }, sockets: sockets)
      },
      Situation("udp-reuse-port-group", "three UDP sockets share an address and port") { laboratory in
        let sockets = try (0..<3).map { _ in try laboratory.udpSocket(bound: place, options: [.reusePort]) }
        return Scene([ExpectedSocket](repeating: ExpectedSocket(.udp, .close, place), count: 3), sockets: sockets)
      },
    ]
  }
}
