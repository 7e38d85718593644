import CFloor
import SockDiag

/// A dump of UNIX sockets that is received and not decoded.
final class FloorUnixDump: Rival {
  let name = "floor: bare C, not decoded"
  let role = Role.floor

  private let descriptor: Int32
  private let details: UnixSocketRequest.Details

  init(_ details: UnixSocketRequest.Details) throws {
    self.details = details
    descriptor = try openFloor()
  }

  deinit {
    floor_close(descriptor)
  }

  func run() throws -> Int? {
    let received = floor_dump_unix(descriptor, details.rawValue)
    guard received >= 0 else { throw BenchmarkError("floor dump: \(errorText(received))") }
    return received
  }
}
