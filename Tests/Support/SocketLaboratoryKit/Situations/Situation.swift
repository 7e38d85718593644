public import SocketLaboratory

/// A named set of sockets in known states.
public struct Situation: Sendable, CustomStringConvertible {
  /// The name, such as `tcp6-fin-wait-2`. It contains the family if the situation exists for both.
  public let name: String
  /// The situation in one line.
  public let summary: String
  private let make: @Sendable (Laboratory) throws -> Scene

  init(_ name: String, _ summary: String, _ make: @escaping @Sendable (Laboratory) throws -> Scene) {
    self.name = name
    self.summary = summary
    self.make = make
  }

  /// Builds the situation and waits until the kernel shows it and no other sockets.
  ///
  /// The situation lasts as long as the laboratory's namespace. TIME_WAIT and orphaned FIN_WAIT2 end after a minute.
  ///
  /// - Throws: ``LaboratoryError``, with code `unsupported` if this kernel or user cannot build it.
  public func build(in laboratory: Laboratory) throws -> Scene {
    let scene = try make(laboratory)
    try laboratory.wait(for: scene.expected, alone: true)
    return scene
  }

  /// The name.
  public var description: String { name }

  /// All situations.
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

/// The endpoints of situations. The ports are fixed, so that recordings repeat.
struct Places: Sendable {
  let isV6: Bool

  /// The prefix of names, such as `tcp4-`.
  func name(_ kind: LabProtocol, _ rest: String) -> String { "\(kind)\(isV6 ? 6 : 4)-\(rest)" }

  var family: String { isV6 ? "IPv6" : "IPv4" }
  var loopback: LabAddress { isV6 ? .loopbackV6 : .loopbackV4 }
  var any: LabAddress { isV6 ? .anyV6 : .anyV4 }
  /// The endpoints of servers on loopback, and of their clients.
  var server: LabEndpoint { LabEndpoint(loopback, 8080) }
  var client: LabEndpoint { LabEndpoint(loopback, 40000) }
  /// The kernel's endpoints on the wire, as client and as server, and the peers' endpoints.
  var wireClient: LabEndpoint { LabEndpoint(Wire.local(v6: isV6), 40000) }
  var wireServer: LabEndpoint { LabEndpoint(Wire.local(v6: isV6), 8080) }
  var peerServer: LabEndpoint { LabEndpoint(Wire.peer(2, v6: isV6), 443) }
  var peerClient: LabEndpoint { LabEndpoint(Wire.peer(2, v6: isV6), 50000) }
}
