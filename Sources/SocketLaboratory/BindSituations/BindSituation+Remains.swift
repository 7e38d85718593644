// Situations in which a server has ended but its sockets block the port, or in which the port belongs to no server.
extension BindSituation {
  static let timeWait = BindSituation(
    "time-wait", "a server without SO_REUSEADDR closed a connection first, and ended",
    asking: ["PORT", "PORT --reuseaddr", "PORT --reuseaddr --probe"]
  ) { laboratory, place in
    let rest = try laboratory.leaveTimeWait(on: place.server(.loopbackV4), from: place.client(.loopbackV4))
    return BindScene(
      port: place.port,
      "A server on \(place.server(.loopbackV4)), without SO_REUSEADDR, closed a connection first, and ended.",
      expecting: [rest])
  }

  static let timeWaitReuseaddr = BindSituation(
    "time-wait-reuseaddr", "the same with SO_REUSEADDR on the old server",
    asking: ["PORT", "PORT --reuseaddr", "PORT --reuseaddr --probe"]
  ) { laboratory, place in
    let rest = try laboratory.leaveTimeWait(
      on: place.server(.loopbackV4), from: place.client(.loopbackV4), options: [.reuseAddress])
    return BindScene(
      port: place.port,
      "A server on \(place.server(.loopbackV4)), with SO_REUSEADDR, closed a connection first, and ended.",
      expecting: [rest])
  }

  static let shadow = BindSituation(
    "shadow", "time-wait of ::1 is in the way of 0.0.0.0, and not of 127.0.0.1",
    asking: ["0.0.0.0:PORT", "0.0.0.0:PORT --probe", "127.0.0.1:PORT"],
    inNamespaceBecause: "its server listens on every address of its host"
  ) { laboratory, place in
    let rest = try laboratory.leaveTimeWait(
      on: place.server(.loopbackV6), from: place.client(.loopbackV6), listenerAddress: .anyV6, options: [.v6Only(false)]
    )
    return BindScene(
      port: place.port,
      "A server on \(place.server(.anyV6)), which took IPv4 too, closed a connection of ::1 first, and ended.",
      expecting: [rest])
  }

  static let closeWait = BindSituation(
    "close-wait", "workers keep connections that their peers have closed, and the listener is gone",
    asking: ["PORT", "PORT --reuseaddr"]
  ) { laboratory, place in
    let at = place.server(.loopbackV4)
    let listener = try laboratory.tcpListener(on: at)
    var (clients, accepted): ([LabSocket], [LabSocket]) = ([], [])
    for index in 0..<3 {
      let source = place.clientPort.map { LabEndpoint(.loopbackV4, $0 + UInt16(index)) }
      clients.append(try laboratory.tcpClient(from: source, to: at))
      // Each connection is accepted before the next one begins, because two may arrive in another order.
      accepted.append(try listener.accept())
    }
    listener.close()
    let peers = try accepted.map { try $0.remote() }
    LabSocket.close(clients)
    return BindScene(
      port: place.port,
      "A process web-worker keeps three connections of \(at) whose clients have closed them; the listener is gone.",
      servers: [try LabServer("web-worker", holding: accepted)],
      expecting: peers.map { ExpectedSocket(.tcp, .closeWait, at, $0) })
  }

  static let outgoingConnection = BindSituation(
    "outgoing-connection", "the kernel has given the port to an outgoing connection",
    asking: ["PORT", "PORT --reuseaddr"]
  ) { laboratory, place in
    let server = LabEndpoint(.loopbackV4, place.isOwnNamespace ? 8443 : place.port)
    let listener = try laboratory.tcpListener(on: server)
    let range = "/proc/sys/net/ipv4/ip_local_port_range"
    if place.isOwnNamespace { try FileSystem.write("40000 40000", to: range) }
    let client = try laboratory.tcpClient(to: server)
    if place.isOwnNamespace { try FileSystem.write("32768 60999", to: range) }
    let own = try client.local()
    let accepted = try listener.accept()
    return BindScene(
      port: own.port,
      "A process backup connected to \(server), and the kernel chose \(own) for its side.",
      servers: [
        try LabServer("backup", holding: [client]), try LabServer("backup-server", holding: [listener, accepted]),
      ],
      expecting: [ExpectedSocket(.tcp, .established, own, server)])
  }
}

// Situations in which no socket has the port, but it cannot be bound.
extension BindSituation {
  static let privilegedPort = BindSituation(
    "privileged-port", "a plain user wants a port below 1024", asking: ["80 --uid 65534"]
  ) { _, _ in
    BindScene(port: 80, "Nothing was built: user nobody wants port 80.")
  }

  static let foreignAddress = BindSituation(
    "foreign-address", "this host does not have the address",
    asking: ["198.51.100.1:PORT", "198.51.100.1:PORT --freebind"]
  ) { _, place in
    BindScene(
      port: place.port, "Nothing was built: 198.51.100.1, of a network for examples, is no address of this host.")
  }

  static let noPortLeft = BindSituation(
    "no-port-left", "bind() to port 0, and the kernel has no port left", asking: ["127.0.0.1:0"],
    inNamespaceBecause: "it changes net.ipv4.ip_local_port_range"
  ) { laboratory, _ in
    try FileSystem.write("40000 40001", to: "/proc/sys/net/ipv4/ip_local_port_range")
    let sockets = try [UInt16(40000), 40001].map { try laboratory.boundSocket(to: LabEndpoint(.loopbackV4, $0)) }
    return BindScene(
      port: 0, "The kernel may choose from two ports, 40000 and 40001, and a process pool has both.",
      servers: [try LabServer("pool", holding: sockets)])
  }
}
