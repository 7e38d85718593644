import FoundationEssentials
import SockDiag

/// Sockets for the renderers, written as the JSON that they are read from.
enum Samples {
  static func socket(_ text: String) throws -> InetSocket {
    try JSONDecoder().decode(InetSocket.self, from: Data(text.utf8))
  }

  /// A socket of each kind that tables show differently.
  static var assorted: [InetSocket] {
    get throws {
      try Fixture.read("tables/sockets.ndjson").split(separator: 0x0a).map {
        try JSONDecoder().decode(InetSocket.self, from: Data($0))
      }
    }
  }
}
