internal import SocketLaboratory

extension Situation {
  /// UDP sockets, connected and not, with and without waiting data.
  static func udp(v6 isV6: Bool) -> [Situation] {
    let at = Places(isV6: isV6)
    func situation(
      _ name: String,
      _ what: String,
      _ make: @escaping @Sendable (Laboratory) throws -> Scene
    ) -> Situation {
      Situation(at.name(.udp, name), "\(at.family) UDP: \(what)", make)
    }
    let place = LabEndpoint(at.loopback, 5353)
    let peer = LabEndpoint(at.loopback, 53)
    return [
      situation("unconnected", "bound to an address") { laboratory in
        Scene([ExpectedSocket(.udp, .close, place)], sockets: [try laboratory.udpSocket(bound: place)])
      },
      situation("connected", "bound and connected") { laboratory in
        let socket = try laboratory.udpSocket(bound: place, connectedTo: peer)
        return Scene([ExpectedSocket(.udp, .established, place, peer)], sockets: [socket])
      },
      situation("connected-auto-port", "connected from a port of the kernel's choice") { laboratory in
        let socket = try laboratory.udpSocket(connectedTo: peer)
        return Scene([ExpectedSocket(.udp, .established, try socket.local(), peer)], sockets: [socket])
      },
      situation("wildcard", "bound to every address of the family") { laboratory in
        let wildcard = LabEndpoint(at.any, 5353)
        let options: [SocketOption] = at.isV6 ? [.v6Only(true)] : []
        let expected = ExpectedSocket(.udp, .close, wildcard) { $0.isV6Only = at.isV6 ? true : nil }
        return Scene([expected], sockets: [try laboratory.udpSocket(bound: wildcard, options: options)])
      },
      situation("mark", "a mark") { laboratory in
        let socket = try laboratory.udpSocket(bound: place, options: [.mark(0x2a)])
        return Scene([ExpectedSocket(.udp, .close, place) { $0.mark = 0x2a }], sockets: [socket])
      },
      situation(at.isV6 ? "tclass" : "tos", at.isV6 ? "a traffic class" : "a type of service") { laboratory in
        let option = at.isV6 ? SocketOption.trafficClass(0x20) : .tos(0x10)
        let expected = ExpectedSocket(.udp, .close, place) { socket in
          if at.isV6 { socket.trafficClass = 0x20 } else { socket.tos = 0x10 }
        }
        return Scene([expected], sockets: [try laboratory.udpSocket(bound: place, options: [option])])
      },
      situation("bind-to-device", "bound to the loopback device") { laboratory in
        let socket = try laboratory.udpSocket(bound: place, options: [.bindToDevice("lo")])
        return Scene([ExpectedSocket(.udp, .close, place) { $0.device = "lo" }], sockets: [socket])
      },
      situation("receive-queue", "three datagrams wait to be read") {
        try filled($0, at: place, from: peer, options: [], count: 3, drops: false)
      },
      situation("drops", "datagrams were dropped for want of buffer") {
        try filled($0, at: place, from: peer, options: [.receiveBuffer(4096)], count: 64, drops: true)
      },
      situation("reuse-address", "two sockets share an address and port by reuse of the address") { laboratory in
        let sockets = try (0..<2).map { _ in try laboratory.udpSocket(bound: place, options: [.reuseAddress]) }
        return Scene([ExpectedSocket](repeating: ExpectedSocket(.udp, .close, place), count: 2), sockets: sockets)
      },
    ]
  }

  private static func filled(
    _ laboratory: Laboratory,
    at place: LabEndpoint,
    from peer: LabEndpoint,
    options: [SocketOption],
    count: Int,
    drops: Bool
  ) throws -> Scene {
    let receiver = try laboratory.udpSocket(bound: place, options: options)
    let sender = try laboratory.udpSocket(bound: peer, connectedTo: place)
    let queue = try fill(laboratory, place, from: sender, count: count)
    let expected = ExpectedSocket(.udp, .close, place) { socket in
      socket.receiveQueue = queue
      socket.hasDrops = drops ? true : nil
    }
    return Scene([expected, ExpectedSocket(.udp, .established, peer, place)], sockets: [receiver, sender])
  }

  /// Sends datagrams, waits until each has arrived or was dropped, and returns the length of the queue. UDP counts
  /// buffer memory, and the first datagram shows how much each takes.
  private static func fill(
    _ laboratory: Laboratory, _ place: LabEndpoint, from sender: LabSocket, count: Int
  ) throws -> Int {
    func wait(until condition: (KernelTable.Row) -> Bool) throws -> Int {
      var queue = 0
      try laboratory.wait("the datagrams of a UDP queue") {
        guard let row = try KernelTable().rows.first(where: { $0.protocol == .udp && $0.local == place }) else {
          return false
        }
        queue = row.receiveQueue
        return condition(row)
      }
      return queue
    }
    try sender.send(500)
    let size = try wait { $0.receiveQueue > 0 }
    for _ in 1..<count { try sender.send(500) }
    return try wait { $0.receiveQueue + size * $0.drops == size * count }
  }
}
