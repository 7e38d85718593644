public import SocketLaboratory

/// A named constellation of sockets that can be brought about on demand.
public struct Situation: Sendable, CustomStringConvertible {
  /// The name, such as `tcp6-fin-wait-2`. Where a situation exists for both families the name carries the family.
  public let name: String
  /// What it is, in one line.
  public let summary: String
  private let make: @Sendable (Laboratory) throws -> Scene

  init(_ name: String, _ summary: String, _ make: @escaping @Sendable (Laboratory) throws -> Scene) {
    self.name = name
    self.summary = summary
    self.make = make
  }

  /// Brings the situation about and waits until the kernel shows it, and nothing else. It lasts as long as the laboratory's namespace,
  /// except for what TIME_WAIT and orphaned FIN_WAIT2 end after a minute.
  ///
  /// - Throws: ``LaboratoryError``, with code `unsupported` where this kernel or user cannot.
  public func build(in laboratory: Laboratory) throws -> Scene {
    let scene = try make(laboratory)
    try laboratory.wait(for: scene.expected, alone: true)
    return scene
  }

  /// The name.
  public var description: String { name }

  /// The whole catalogue.
  public static let all: [Situation] = {
    var situations: [Situation] = []
    for isV6 in [false, true] {
      situations += tcpStates(v6: isV6) + tcpQueuesAndTimers(v6: isV6) + tcpLoopback(v6: isV6)
      situations += tcpOptions(v6: isV6) + udp(v6: isV6) + multipath(v6: isV6)
    }
    return situations + dualStack + linkLocal + sharing + congestion + cgroups
  }()

  /// The situation with a name.
  public static func named(_ name: String) -> Situation? { all.first { $0.name == name } }
}

/// The endpoints that situations use. Ports are fixed, so that recordings repeat.
struct Places: Sendable {
  let isV6: Bool

  /// The prefix of names, such as `tcp4-`.
  func name(_ kind: LabProtocol, _ rest: String) -> String { "\(kind)\(isV6 ? 6 : 4)-\(rest)" }

  var family: String { isV6 ? "IPv6" : "IPv4" }
  var loopback: LabAddress { isV6 ? .loopbackV6 : .loopbackV4 }
  var any: LabAddress { isV6 ? .anyV6 : .anyV4 }
  /// Where servers listen on loopback, and where their client comes from.
  var server: LabEndpoint { LabEndpoint(loopback, 8080) }
  var client: LabEndpoint { LabEndpoint(loopback, 40000) }
  /// The kernel's end of a conversation on the wire, as client and as server, and the peer's ends.
  var wireClient: LabEndpoint { LabEndpoint(Wire.local(v6: isV6), 40000) }
  var wireServer: LabEndpoint { LabEndpoint(Wire.local(v6: isV6), 8080) }
  var peerServer: LabEndpoint { LabEndpoint(Wire.peer(2, v6: isV6), 443) }
  var peerClient: LabEndpoint { LabEndpoint(Wire.peer(2, v6: isV6), 50000) }
}
