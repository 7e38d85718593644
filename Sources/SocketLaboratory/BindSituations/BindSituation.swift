/// A named situation around a port that a program wants to bind, made of real sockets.
///
/// `sockdiag demo` shows the same situations that the tests use, so a reader sees tested answers.
public struct BindSituation: Sendable, CustomStringConvertible {
  /// The name, such as `time-wait`.
  public let name: String
  /// The situation in one line.
  public let summary: String
  /// Why the situation needs a network namespace of its own; `nil` if the loopback interface of any namespace is
  /// enough.
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

  /// Builds the situation and waits until the kernel shows it.
  ///
  /// The situation lasts as long as the scene and the laboratory's namespace. TIME_WAIT ends after a minute.
  ///
  /// - Throws: ``LaboratoryError``, with code `unsupported` if this kernel or user cannot build it.
  public func build(in laboratory: Laboratory, at place: BindPlace = .inNamespace) throws -> BindScene {
    let scene = try make(laboratory, place)
    try laboratory.wait(for: scene.expected)
    return scene
  }

  /// Useful questions about a port of the situation, each as the arguments of a subcommand.
  public func questions(about port: UInt16) -> [[String]] {
    patterns.map { $0.replacing("PORT", with: String(port)).split(separator: " ").map(String.init) }
  }

  /// The name.
  public var description: String { name }

  /// All situations, the most frequent ones first.
  public static let all: [BindSituation] = [
    free, listener, timeWait, timeWaitReuseaddr, outgoingConnection, dualStack, shadow, boundOnly, destroyedListener,
    closeWait, inheritedDescriptor, reuseportGroup, udp, otherUser, otherNamespace, privilegedPort, foreignAddress,
    noPortLeft,
  ]

  /// The situation with a name.
  public static func named(_ name: String) -> BindSituation? { all.first { $0.name == name } }
}

/// The ports of a situation.
public struct BindPlace: Sendable {
  /// The port that a program wants.
  public var port: UInt16
  /// The port of the other side of a connection; `nil` if the kernel chooses it.
  public var clientPort: UInt16?
  /// Whether the situation has a namespace of its own, so that it may change settings.
  public var isOwnNamespace: Bool

  /// Fixed ports, for a namespace without other sockets.
  public static let inNamespace = BindPlace(port: 8080, clientPort: 50000, isOwnNamespace: true)

  /// Finds a free port of the loopback interface, outside of the default range of ephemeral ports.
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

/// A situation that was built.
public struct BindScene {
  /// The port that a program wants.
  public let port: UInt16
  /// A description of the situation, in sentences.
  public let story: String
  /// The processes that hold the sockets.
  public let servers: [LabServer]
  let expected: [ExpectedSocket]

  init(port: UInt16, _ story: String, servers: [LabServer] = [], expecting expected: [ExpectedSocket] = []) {
    (self.port, self.story, self.servers, self.expected) = (port, story, servers, expected)
  }
}
