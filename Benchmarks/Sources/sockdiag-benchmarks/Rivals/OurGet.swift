import CFloor
import SockDiag

/// Exact gets of the same connections as the floor's.
final class OurGet: Rival {
  let name = "SockDiag: exact get"
  let role = Role.ours
  let operations: Int

  private var inspector: SocketInspector
  private let ends: [(local: SocketAddress, remote: SocketAddress)]

  init(tuples: [floor_tuple]) throws {
    inspector = try SocketInspector()
    operations = max(1, tuples.count)
    ends = tuples.map { tuple in
      (
        Self.address(tuple.family, tuple.source, tuple.source_port),
        Self.address(tuple.family, tuple.destination, tuple.destination_port)
      )
    }
  }

  func run() throws -> Int? {
    var count = 0
    for (local, remote) in ends where try inspector.socket(.tcp, local: local, remote: remote) != nil { count += 1 }
    return count
  }

  private static func address(
    _ family: UInt8, _ words: (UInt32, UInt32, UInt32, UInt32), _ port: UInt16
  ) -> SocketAddress {
    let (first, second, third, fourth) = (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian)
    let address =
      AddressFamily(rawValue: family) == .inet
      ? IPAddress(v4: first)
      : IPAddress(v6: UInt64(first) << 32 | UInt64(second), UInt64(third) << 32 | UInt64(fourth))
    return SocketAddress(address, port: port.bigEndian)
  }
}
