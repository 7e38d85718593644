import Glibc
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import PortControl

/// Compares what is listened on with what connect() reaches, for every kind of listener.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct ListeningReachTests {
  private static let targets: [(text: String, address: LabAddress)] = [
    ("127.0.0.1", .loopbackV4), ("127.5.5.5", .v4(127, 5, 5, 5)), ("10.7.0.1", .v4(10, 7, 0, 1)),
    ("10.7.1.1", .v4(10, 7, 1, 1)), ("10.7.0.9", .v4(10, 7, 0, 9)), ("[::1]", .loopbackV6),
    ("[fd00:7::1]", .v6(0xfd00_0007_0000_0000, 1)), ("[fd00:7:1::1]", .v6(0xfd00_0007_0001_0000, 1)),
    ("[::ffff:10.7.0.1]", .v6(0, 0xffff_0a07_0001)),
  ]

  private static let listeners: [(address: LabAddress, isV6Only: Bool)] = [
    (.anyV4, false), (.loopbackV4, false), (.v4(10, 7, 0, 1), false), (.v4(10, 7, 1, 1), false),
    (.v4(10, 7, 0, 9), false),
    (.anyV6, false), (.anyV6, true), (.loopbackV6, true), (.v6(0xfd00_0007_0000_0000, 1), true),
    (.v6(0, 0xffff_0a07_0001), false), (.v6(0, 0xffff_0000_0000), false),
  ]

  /// Makes two devices with addresses, each with a peer that has none.
  private static let setUp = """
    set -e
    for n in 0 1; do
      ip link add reach$n type veth peer name peer$n
      ip link set peer$n up
      ip link set reach$n up
      ip address add 10.7.$n.1/24 dev reach$n
    done
    ip address add fd00:7::1/64 dev reach0 nodad
    ip address add fd00:7:1::1/64 dev reach1 nodad
    ip route add unreachable 10.7.0.9/32
    until test -z "$(ip -6 address show tentative)"; do sleep 0.01; done
    """

  /// Whether a client reaches a socket.
  private static func connects(
    _ kind: LabProtocol, _ destination: LabEndpoint, _ server: LabSocket, in laboratory: Laboratory
  ) throws -> Bool {
    func isReady(_ socket: LabSocket, _ events: Int32, _ milliseconds: Int32) -> Bool {
      var wait = pollfd(fd: socket.descriptor, events: Int16(events), revents: 0)
      // SAFETY: poll uses the one structure during the call.
      return unsafe poll(&wait, 1, milliseconds) > 0
    }
    let client = try laboratory.socket(kind, v6: destination.address.isV6)
    defer { client.close() }
    do { try client.connect(to: destination) } catch let error as LaboratoryError {
      // There is no route to an address that no interface has.
      guard [ECONNREFUSED, ENETUNREACH, EHOSTUNREACH].contains(error.errno) else { throw error }
      return false
    }
    if kind == .tcp {
      guard isReady(client, POLLOUT, 20_000), try client.takePendingError() == 0 else { return false }
      try server.accept().close()
      return true
    }
    try client.send(1)
    // The datagram arrives, or its sender gets an error.
    for _ in 0..<10_000 {
      if isReady(server, POLLIN, 1) {
        try server.discard()
        return true
      }
      if isReady(client, 0, 1) { return false }
    }
    throw LaboratoryError(.system, "a datagram to \(destination) neither arrives nor is refused")
  }

  @Test(arguments: [LabProtocol.tcp, .udp]) func answerMatchesWhatConnectReaches(_ kind: LabProtocol) async throws {
    let (trials, faults) = try await Laboratory.withNew { laboratory in
      let preparation = try laboratory.namespace.run(["sh", "-c", Self.setUp])
      try #require(preparation.status == 0, "\(preparation.errorText)")
      var (trials, reached, faults) = (0, 0, [String]())
      // Each listener has its own port, since records of closed connections keep the ports of earlier ones.
      var port: UInt16 = 20000
      for listener in Self.listeners {
        for device in [nil, "lo", "reach0", "reach1"] {
          var options: [SocketOption] = device.map { [.bindToDevice($0)] } ?? []
          if listener.isV6Only { options.append(.v6Only(true)) }
          if listener.address == .v4(10, 7, 0, 9) { options.append(.freebind) }
          port += 1
          let place = LabEndpoint(listener.address, port)
          // Not every device has every address.
          guard let socket = try? laboratory.boundSocket(kind, to: place, options: options) else { continue }
          if kind == .tcp { try socket.listen(backlog: 16) }
          var isReachable = false
          for target in Self.targets {
            let truth = try Self.connects(kind, LabEndpoint(target.address, port), socket, in: laboratory)
            let transports: [TransportProtocol] = [kind == .tcp ? .tcp : .udp]
            var goal = try ListeningPortGoal(.written("\(target.text):\(port)", transports))
            let answer = try goal.look().isReached
            trials += 1
            isReachable = isReachable || truth
            if answer != truth { faults.append("\(place)%\(device ?? "-") for \(target.text): \(answer)") }
          }
          // Without an address, a listener that can be reached from this host counts in any case.
          var goal = try ListeningPortGoal(PortSelection(port, [kind == .tcp ? .tcp : .udp]))
          if isReachable, try !goal.look().isReached { faults.append("\(place)%\(device ?? "-") for the port") }
          if isReachable { reached += 1 }
          socket.close()
        }
      }
      #expect(reached > 15)
      return (trials, faults)
    }
    #expect(trials > 250 && faults.isEmpty, "\(trials): \(faults)")
  }

  /// A connected UDP socket receives only from its peer.
  @Test func connectedUDPSocketIsNotListening() async throws {
    let answers = try await Laboratory.withNew { laboratory in
      let socket = try laboratory.udpSocket(bound: LabEndpoint(.loopbackV4, 8080))
      var goal = try ListeningPortGoal(PortSelection(8080, [.udp]))
      let before = try goal.look().isReached
      try socket.connect(to: LabEndpoint(.loopbackV4, 9090))
      return [before, try goal.look().isReached]
    }
    #expect(answers == [true, false])
  }

  /// The pauses between looks grow, up to a quarter of a second.
  @Test func pausesGrowToAQuarterSecond() async throws {
    let pauses = try await Laboratory.withNew { _ in
      var goal = try ListeningPortGoal(PortSelection(8080))
      return try (0..<20).map { _ -> Duration in
        guard case .notYet(let status) = try goal.look() else { throw LaboratoryError(.system, "something listens") }
        return status.lookAfter
      }
    }
    #expect(pauses == pauses.sorted() && pauses.first == ListeningPortGoal.firstPause)
    #expect(pauses.last == ListeningPortGoal.lastPause)
  }
}
