public import SockDiagWire

/// The number of sockets in each state.
public struct StateCounts: Hashable, Sendable {
  /// At the index of the state's number.
  private var counts = [Int](repeating: 0, count: 256)
  /// Whether all sockets were counted.
  public var defects = DumpDefects.complete

  /// Creates counts of no sockets. Allocates once.
  public init() {}

  /// The number of sockets in a state.
  public subscript(state: SocketState) -> Int { counts[Int(state.rawValue)] }

  /// The number of all sockets.
  public var total: Int { counts.reduce(0, &+) }

  /// The states that have sockets, in the kernel's order.
  public var states: [SocketState] {
    counts.indices.filter { counts[$0] > 0 }.map { SocketState(rawValue: UInt8($0)) }
  }

  /// Counts a socket.
  @inline(__always)
  public mutating func add(_ state: SocketState) { counts[Int(state.rawValue)] &+= 1 }
}

extension StateCounts: Codable {
  private enum CodingKeys: String, CodingKey { case states, defects }

  /// Reads numbers by the names of states.
  public init(from decoder: any Decoder) throws {
    self.init()
    let container = try decoder.container(keyedBy: CodingKeys.self)
    for (name, count) in try container.decode([String: Int].self, forKey: .states) {
      guard let state = SocketState(name: name) else {
        throw DecodingError.dataCorruptedError(
          forKey: .states, in: container, debugDescription: "\"\(name)\" is not a state")
      }
      counts[Int(state.rawValue)] = count
    }
    defects = try container.decode(DumpDefects.self, forKey: .defects)
  }

  /// Writes numbers by the names of states, without the states that have no sockets.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(
      Dictionary(uniqueKeysWithValues: states.map { ("\($0)", self[$0]) }), forKey: .states)
    try container.encode(defects, forKey: .defects)
  }
}

extension SocketInspector {
  /// Counts the matching sockets by state. This is the cheapest look at all sockets: where the kernel applies the whole
  /// filter, the records are not even decoded.
  ///
  /// - Throws: ``SockDiagError``.
  public mutating func stateCounts(_ query: SocketQuery) throws(SockDiagError) -> StateCounts {
    try reader.stateCounts(query)
  }
}

extension InetReader where Transport: ~Copyable {
  package mutating func stateCounts(_ query: SocketQuery) throws(SockDiagError) -> StateCounts {
    var counts = StateCounts()
    let isTCP = query.protocol == .tcp
    // After an error the other way finds the remedy or the reason.
    let defects = try? forEachRecord(query) { bytes, payload in
      guard let state = InetDecoder.state(payload, in: bytes, isTCP: isTCP) else { return false }
      counts.add(state)
      return true
    }
    if let defects {
      counts.defects = defects
      return counts
    }
    counts = StateCounts()
    counts.defects = try forEach(query) { socket in
      counts.add(socket.state)
      return .continue
    }.defects
    return counts
  }
}
