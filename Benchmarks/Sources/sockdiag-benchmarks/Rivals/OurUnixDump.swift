import SockDiag

/// UNIX sockets in an array, each once.
final class OurUnixDump: Rival {
  let name = "SockDiag: to an array"
  let role = Role.ours

  private var inspector: SocketInspector
  private let query: FamilyQuery<Unix>

  init(_ details: UnixSocketRequest.Details) throws {
    inspector = try SocketInspector()
    query = FamilyQuery(UnixSocketRequest(details: details))
  }

  func run() throws -> Int? { try inspector.dump(query).sockets.count }
}

/// UNIX sockets, decoded and not kept.
final class OurUnixStream: Rival {
  let name = "SockDiag: streamed"
  let role = Role.ours

  private var inspector: SocketInspector
  private let query: FamilyQuery<Unix>

  init(_ details: UnixSocketRequest.Details) throws {
    inspector = try SocketInspector()
    query = FamilyQuery(UnixSocketRequest(details: details))
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
