import BindSituationKit
import SockDiag
import Testing

@testable import BindDiagnosis

/// The sockets of a port, as sock_diag reports them.
struct PortView {
  let sockets: [InetSocket]

  /// The prediction from the data of sock_diag, with or without inferred options.
  func visible(infers: Bool) -> [PortSocket] {
    var portSockets = sockets.map(PortSocket.init)
    if infers { OptionInference.apply(to: &portSockets) }
    return portSockets
  }

  /// The prediction with the laboratory's knowledge; `nil` if there is a socket that it does not know.
  func complete(_ truths: [RecordIdentity: KnownOptions]) -> [PortSocket]? {
    var portSockets: [PortSocket] = []
    for socket in sockets {
      var portSocket = PortSocket(socket)
      guard let identity = RecordIdentity(socket), let truth = truths[identity] else { return nil }
      portSocket.options.learn(truth)
      portSockets.append(portSocket)
    }
    return portSockets
  }

  /// Whether the sockets and their roles are the same, as far as bind() is concerned.
  func isSame(as other: PortView) -> Bool {
    let pairs = [self, other].map { view in
      Dictionary(
        view.sockets.map { (RecordIdentity($0), PortSocket($0)) }, uniquingKeysWith: { first, _ in first })
    }
    return pairs[0] == pairs[1]
  }

  func without(_ cookie: SocketCookie) -> PortView { PortView(sockets: sockets.filter { $0.cookie != cookie }) }
}

/// Reads ports repeatedly.
struct PortReader: ~Copyable {
  private var inspector: SocketInspector

  init() throws { inspector = try SocketInspector() }

  /// All sockets with ports of a range.
  mutating func read(_ protocol: TransportProtocol, _ ports: ClosedRange<UInt16>) throws -> [InetSocket] {
    let states: SocketStateSet = `protocol` == .tcp ? .all.union(.boundInactive) : .all
    let filter: SocketFilter = .localPort >= ports.lowerBound && .localPort <= ports.upperBound
    // Without a dump, which merges a TIME_WAIT record and its socket.
    var sockets: [InetSocket] = []
    let defects = try inspector.forEach(SocketQuery(`protocol`, states: states, matching: filter)) { socket in
      sockets.append(socket)
      return .continue
    }
    return try #require(defects.isComplete ? sockets : nil)
  }

  mutating func view(_ protocol: TransportProtocol, _ port: UInt16) throws -> PortView {
    PortView(sockets: try read(`protocol`, port...port))
  }
}
