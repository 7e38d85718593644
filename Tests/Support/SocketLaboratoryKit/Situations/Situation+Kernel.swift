internal import SocketLaboratory

extension Situation {
  /// Multipath TCP: a socket above the subflows that carry it.
  static func multipath(v6 isV6: Bool) -> [Situation] {
    let at = Places(isV6: isV6)
    return [
      Situation(at.name(.mptcp, "listener"), "\(at.family) MPTCP: a listener and its first subflow") { laboratory in
        let listener = try laboratory.tcpListener(.mptcp, on: at.server)
        let expected = [LabProtocol.mptcp, .tcp].map { ExpectedSocket($0, .listen, at.server) }
        return Scene(expected, sockets: [listener])
      },
      Situation(at.name(.mptcp, "established"), "\(at.family) MPTCP: both ends of a connection") { laboratory in
        let pair = try laboratory.connectedPair(.mptcp, to: at.server, from: at.client)
        // Only data completes the multipath handshake.
        try pair.client.send(100)
        try pair.server.discard(100)
        let expected = [LabProtocol.mptcp, .tcp].flatMap { kind in
          [
            ExpectedSocket(kind, .listen, at.server), ExpectedSocket(kind, .established, at.client, at.server),
            ExpectedSocket(kind, .established, at.server, at.client),
          ]
        }
        return Scene(expected, sockets: [pair.listener, pair.client, pair.server])
      },
    ]
  }

  /// Sockets of several cgroups.
  static var cgroups: [Situation] {
    let at = Places(isV6: false)
    @Sendable func inside(_ cgroup: TemporaryCgroup, _ socket: ExpectedSocket) -> ExpectedSocket {
      var socket = socket
      socket.cgroupID = cgroup.id
      socket.cgroupPath = cgroup.name
      return socket
    }
    return [
      Situation("tcp-cgroups", "a server in one cgroup, its client in another") { laboratory in
        let (one, two) = (try laboratory.cgroup(named: "lab-server"), try laboratory.cgroup(named: "lab-client"))
        let pair = try laboratory.connectedPair(
          to: at.server,
          from: at.client,
          clientCgroup: two,
          serverCgroup: one
        )
        var scene = Scene(
          [
            inside(one, ExpectedSocket(.tcp, .listen, at.server)),
            inside(one, ExpectedSocket(.tcp, .established, at.server, at.client)),
            inside(two, ExpectedSocket(.tcp, .established, at.client, at.server)),
          ],
          sockets: [pair.listener, pair.client, pair.server]
        )
        scene.cgroups = [one, two]
        return scene
      },
      Situation("udp-cgroups", "UDP sockets of two cgroups on neighbouring ports") { laboratory in
        let cgroups = try ["lab-one", "lab-two"].map { try laboratory.cgroup(named: $0) }
        let places = [LabEndpoint(.loopbackV4, 5353), LabEndpoint(.loopbackV4, 5354)]
        let sockets = try zip(places, cgroups).map { try laboratory.udpSocket(bound: $0, in: $1) }
        var scene = Scene(
          zip(places, cgroups).map { inside($1, ExpectedSocket(.udp, .close, $0)) },
          sockets: sockets
        )
        scene.cgroups = cgroups
        return scene
      },
    ]
  }
}
