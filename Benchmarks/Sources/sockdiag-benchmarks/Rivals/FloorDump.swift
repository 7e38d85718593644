import CFloor

/// A dump that is received and not decoded: the cost of the kernel alone.
final class FloorDump: Rival {
  let name: String
  let role = Role.floor
  let repeats: Int

  private let descriptor: Int32
  private let requests: [floor_request]

  init(states: UInt32, extensions: UInt8 = 0, repeats: Int = 1) throws {
    name = "floor: bare C, not decoded"
    self.repeats = repeats
    requests = [
      floor_request(
        walk: FLOOR_BOTH_FAMILIES, states: states, extensions: extensions, source_port: 0,
        port_test: FLOOR_PORT_IN_REQUEST)
    ]
    descriptor = try openFloor()
  }

  /// The same through SOCK_DIAG_BY_FAMILY, which walks the hash once per family, as most tools do.
  init(walkingTwice states: UInt32) throws {
    name = "bare C, a walk per family"
    repeats = 1
    requests = [FLOOR_IPV4, FLOOR_IPV6].map {
      floor_request(walk: $0, states: states, extensions: 0, source_port: 0, port_test: FLOOR_PORT_IN_REQUEST)
    }
    descriptor = try openFloor()
  }

  /// The sockets with one local port, selected at the given place.
  init(_ name: String, localPort: UInt16, _ test: floor_port_test) throws {
    self.name = name
    repeats = 1
    requests = [
      floor_request(
        walk: FLOOR_BOTH_FAMILIES, states: States.all, extensions: 0, source_port: localPort, port_test: test)
    ]
    descriptor = try openFloor()
  }

  deinit {
    floor_close(descriptor)
  }

  func run() throws -> Int? {
    var count = 0
    for request in requests {
      let received = floor_dump(descriptor, request)
      guard received >= 0 else { throw BenchmarkError("floor dump: \(errorText(received))") }
      count += received
    }
    return count
  }
}

func openFloor() throws -> Int32 {
  let descriptor = floor_open()
  guard descriptor >= 0 else { throw BenchmarkError("netlink socket: \(errorText(descriptor))") }
  return descriptor
}
