/// A named situation around a port that somebody wants to bind, made of real sockets.
///
/// Demonstrations show them and tests hold answers to them, so that what a reader sees is what was tested.
public struct BindSituation: Sendable, CustomStringConvertible {
  /// The name, such as `time-wait`.
  public let name: String
  /// What it is, in one line.
  public let summary: String
  /// Why it takes a network namespace of its own; `nil` if loopback of any will do.
  public let namespaceReason: String?
  private let patterns: [String]
  private let make: @Sendable (Laboratory, BindPlace) throws -> BindScene

  init(
    _ name: String, _ summary: String, asking patterns: [String], inNamespaceBecause reason: String? = nil,
    _ make: @escaping @Sendable (Laboratory, BindPlace) throws -> BindScene
  ) {
    (self.name, self.summary, self.patterns, namespaceReason) = (name, summary, patterns, reason)
    self.make = make
  }

  /// Brings the situation about and waits until the kernel shows it.
  ///
  /// It lasts as long as the scene and the laboratory's namespace, except for TIME_WAIT, which ends after a minute.
  ///
  /// - Throws: ``LaboratoryError``, with code `unsupported` where this kernel or user cannot.
  public func build(in laboratory: Laboratory, at place: BindPlace = .inNamespace) throws -> BindScene {
    let scene = try make(laboratory, place)
    try laboratory.wait(for: scene.expected)
    return scene
  }

  /// Questions that are worth asking about a port of the situation: what stands behind the name of a subcommand.
  public func questions(about port: UInt16) -> [[String]] {
    patterns.map { $0.replacing("PORT", with: String(port)).split(separator: " ").map(String.init) }
  }

  /// The name.
  public var description: String { name }

  /// The whole catalogue, what is met most often first.
  public static let all: [BindSituation] = [
    free, listener, timeWait, timeWaitReuseaddr, outgoingConnection, dualStack, shadow, boundOnly, destroyedListener,
    closeWait, inheritedDescriptor, reuseportGroup, udp, otherUser, otherNamespace, privilegedPort, foreignAddress,
    noPortLeft,
  ]

  /// The situation with a name.
  public static func named(_ name: String) -> BindSituation? { all.first { $0.name == name } }
}

/// Which ports a situation takes.
public struct BindPlace: Sendable {
  /// The port that everything is about.
  public var port: UInt16
  /// The port of the other side of a connection; `nil` leaves it to the kernel.
  public var clientPort: UInt16?
  /// Whether the namespace is the situation's own, so that its settings are too.
  public var isOwnNamespace: Bool

  /// Ports that are the same every time, which is possible where nobody else is.
  public static let inNamespace = BindPlace(port: 8080, clientPort: 50000, isOwnNamespace: true)

  /// A port of loopback that nobody has, and that the kernel gives to no connection by itself in its usual settings.
  ///
  /// - Throws: ``LaboratoryError`` if there is none.
  public static func onHost(_ laboratory: Laboratory) throws -> BindPlace {
    for port in (UInt16(61000)...65000).shuffled().prefix(100) {
      let kinds: [LabProtocol] = [.tcp, .udp]
      let sockets = kinds.compactMap { try? laboratory.boundSocket($0, to: LabEndpoint(.loopbackV4, port)) }
      LabSocket.close(sockets)
      if sockets.count == kinds.count { return BindPlace(port: port, clientPort: nil, isOwnNamespace: false) }
    }
    throw LaboratoryError(.unsupported, "find a free port from 61000 to 65000")
  }

  func server(_ address: LabAddress) -> LabEndpoint { LabEndpoint(address, port) }
  func client(_ address: LabAddress) -> LabEndpoint? { clientPort.map { LabEndpoint(address, $0) } }
}

/// A situation that has been brought about.
public struct BindScene {
  /// The port that somebody wants.
  public let port: UInt16
  /// What happened, in sentences.
  public let story: String
  /// The processes that hold the sockets.
  public let servers: [LabServer]
  let expected: [ExpectedSocket]

  init(port: UInt16, _ story: String, servers: [LabServer] = [], expecting expected: [ExpectedSocket] = []) {
    (self.port, self.story, self.servers, self.expected) = (port, story, servers, expected)
  }
}
