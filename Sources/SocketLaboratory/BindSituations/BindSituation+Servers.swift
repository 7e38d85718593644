// Situations in which a process holds the port.
extension BindSituation {
  static let free = BindSituation(
    "free", "no socket has the port", asking: ["PORT", "PORT --probe"]
  ) { _, place in
    BindScene(port: place.port, "Nothing was built: port \(place.port) is free.")
  }

  static let listener = BindSituation(
    "listener", "a server listens on the port", asking: ["PORT", "PORT --reuseaddr", "PORT --as go"]
  ) { laboratory, place in
    let socket = try laboratory.tcpListener(on: place.server(.loopbackV4), options: [.reuseAddress])
    return BindScene(
      port: place.port, "A process web-server listens on \(place.server(.loopbackV4)) with SO_REUSEADDR.",
      servers: [try LabServer("web-server", holding: [socket])])
  }

  static let dualStack = BindSituation(
    "dual-stack", "a server on [::] has the port of IPv4 too",
    asking: ["127.0.0.1:PORT", "[::]:PORT --v6only"], inNamespaceBecause: "it listens on every address of its host"
  ) { laboratory, place in
    let socket = try laboratory.tcpListener(on: place.server(.anyV6), options: [.reuseAddress, .v6Only(false)])
    return BindScene(
      port: place.port, "A process web-server listens on \(place.server(.anyV6)) and takes IPv4 as well.",
      servers: [try LabServer("web-server", holding: [socket])])
  }

  static let boundOnly = BindSituation(
    "bound-only", "a process has bound the port and does not listen (yet)", asking: ["PORT", "PORT --reuseaddr"]
  ) { laboratory, place in
    let socket = try laboratory.boundSocket(to: place.server(.loopbackV4), options: [.reuseAddress])
    return BindScene(
      port: place.port,
      "A process slow-starter bound \(place.server(.loopbackV4)) with SO_REUSEADDR and has not called listen().",
      servers: [try LabServer("slow-starter", holding: [socket])])
  }

  static let destroyedListener = BindSituation(
    "destroyed-listener", "a listener was destroyed, and its process keeps the port", asking: ["PORT"],
    inNamespaceBecause: "it takes CAP_NET_ADMIN to destroy a socket"
  ) { laboratory, place in
    let socket = try laboratory.tcpListener(on: place.server(.loopbackV4))
    let server = try LabServer("web-server", holding: [socket])
    let words = ["ss", "-K", "state", "listening", "sport", "=", ":\(place.port)"]
    guard try laboratory.namespace.run(words).status == 0 else {
      throw LaboratoryError(.unsupported, "destroy a listener with 'ss -K' (CONFIG_INET_DIAG_DESTROY)")
    }
    return BindScene(
      port: place.port,
      "A process web-server listened on \(place.server(.loopbackV4)), and 'ss -K' destroyed the listener.",
      servers: [server])
  }

  static let inheritedDescriptor = BindSituation(
    "inherited-descriptor", "a program that a server started has inherited its listener", asking: ["PORT"]
  ) { laboratory, place in
    let socket = try laboratory.tcpListener(on: place.server(.loopbackV4), options: [.reuseAddress])
    let server = try LabServer("web-server", holding: [socket], leavingOpen: true)
    return BindScene(
      port: place.port,
      "A process web-server listens on \(place.server(.loopbackV4)), and a process log-shipper, which it started, has"
        + " inherited the listener.",
      servers: [server, try LabServer("log-shipper", holding: [socket])])
  }

  static let reuseportGroup = BindSituation(
    "reuseport-group", "three workers share the port by SO_REUSEPORT", asking: ["PORT", "PORT --reuseport"]
  ) { laboratory, place in
    let sockets = try (1...3).map { _ in
      try laboratory.tcpListener(on: place.server(.loopbackV4), options: [.reusePort])
    }
    return BindScene(
      port: place.port,
      "Three processes worker-1 to worker-3 listen on \(place.server(.loopbackV4)) with SO_REUSEPORT.",
      servers: try sockets.enumerated().map { try LabServer("worker-\($0 + 1)", holding: [$1]) })
  }

  static let udp = BindSituation(
    "udp", "a UDP socket has the port", asking: ["PORT --udp", "PORT --udp --reuseaddr", "PORT"]
  ) { laboratory, place in
    let socket = try laboratory.udpSocket(bound: place.server(.loopbackV4))
    return BindScene(
      port: place.port, "A process resolver bound a UDP socket to \(place.server(.loopbackV4)), without options.",
      servers: [try LabServer("resolver", holding: [socket])])
  }

  /// The number of the user nobody.
  private static let nobody: UInt32 = 65534

  static let otherUser = BindSituation(
    "other-user", "another user's server listens with SO_REUSEPORT",
    asking: ["PORT --reuseport", "PORT --reuseport --uid 65534"], inNamespaceBecause: "a second user takes root"
  ) { laboratory, place in
    let socket = try laboratory.socket(.tcp, v6: false, options: [.reusePort])
    try socket.give(toUser: nobody)
    try socket.bind(to: place.server(.loopbackV4))
    try socket.listen(backlog: 16)
    return BindScene(
      port: place.port,
      "A process web-server of user nobody listens on \(place.server(.loopbackV4)) with SO_REUSEPORT.",
      servers: [try LabServer("web-server", uid: nobody, holding: [socket])])
  }

  static let otherNamespace = BindSituation(
    "other-namespace", "a server listens on the port in another network namespace", asking: ["PORT"],
    inNamespaceBecause: "a second namespace takes CAP_SYS_ADMIN"
  ) { laboratory, place in
    let server = try laboratory.namespace.inAnother {
      let socket = try laboratory.tcpListener(on: place.server(.anyV4))
      return try LabServer("container-app", holding: [socket])
    }
    return BindScene(
      port: place.port,
      "A process container-app listens on \(place.server(.anyV4)) in another network namespace, as in a container.",
      servers: [server])
  }
}
