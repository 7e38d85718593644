import SockDiag

/// The collecting form: an array of values, each socket once.
final class OurDump: Rival {
  let name: String
  let role = Role.ours
  let repeats: Int

  private var inspector: SocketInspector
  private let query: SocketQuery

  init(_ states: SocketStateSet, details: InetDetails = [], repeats: Int = 1) throws {
    name = details.isEmpty ? "SockDiag: to an array" : "SockDiag: to an array, with details"
    self.repeats = repeats
    inspector = try SocketInspector()
    query = SocketQuery(.tcp, states: states, details: details)
  }

  /// All states, narrowed by a filter.
  init(_ name: String, matching filter: SocketFilter) throws {
    self.name = name
    repeats = 1
    inspector = try SocketInspector()
    query = SocketQuery(.tcp, states: .all, matching: filter)
  }

  func run() throws -> Int? { try inspector.dump(query).sockets.count }
}

/// The streaming form: every value decoded, none kept.
final class OurStream: Rival {
  let name: String
  let role = Role.ours
  let repeats: Int

  private var inspector: SocketInspector
  private let query: SocketQuery

  init(_ states: SocketStateSet, details: InetDetails = [], repeats: Int = 1) throws {
    name = details.isEmpty ? "SockDiag: streamed" : "SockDiag: streamed, with details"
    self.repeats = repeats
    inspector = try SocketInspector()
    query = SocketQuery(.tcp, states: states, details: details)
  }

  func run() throws -> Int? {
    var count = 0
    try inspector.forEach(query) { _ in
      count += 1
      return .continue
    }
    return count
  }
}
