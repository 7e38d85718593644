import CFloor
import SockDiag

// Most programs read some members of each socket. What that costs depends on how well the compiler sees through the
// library, so it is measured here, in another package than the library's.

/// Five sums over all sockets.
private struct Sums: Equatable {
  var bytesAcknowledged: UInt64 = 0
  var bytesReceived: UInt64 = 0
  var roundTrip = Duration.zero
  var retransmits: UInt64 = 0
  var congestionWindow: UInt64 = 0
}

/// A bare C loop that reads five members of `tcp_info` of each socket.
final class FloorMembers: Rival {
  let name = "bare C, reads five members"
  let role = Role.other

  private let descriptor: Int32
  private let request = floor_request(
    walk: FLOOR_BOTH_FAMILIES, states: States.all, extensions: Extensions.info, source_port: 0,
    port_test: FLOOR_PORT_IN_REQUEST)

  init() throws { descriptor = try openFloor() }

  deinit { floor_close(descriptor) }

  func run() throws -> Int? {
    let sums = floor_dump_sums(descriptor, request)
    guard sums.count >= 0 else { throw BenchmarkError("floor dump: \(errorText(sums.count))") }
    guard sums.congestion_window > 0 else { throw BenchmarkError("no congestion window was read") }
    return sums.count
  }
}

/// The same with the library.
final class OurMembers: Rival {
  let name = "SockDiag: streamed, reads five members"
  let role = Role.ours

  private var inspector: SocketInspector
  private let query = SocketQuery(.tcp, states: .all, details: .tcpInfo)

  init() throws { inspector = try SocketInspector() }

  func run() throws -> Int? {
    var count = 0
    var sums = Sums()
    try inspector.forEach(query) { socket in
      count += 1
      sums.bytesAcknowledged &+= socket.tcpInfo?.bytesAcknowledged ?? 0
      sums.bytesReceived &+= socket.tcpInfo?.bytesReceived ?? 0
      sums.roundTrip += socket.tcpInfo?.smoothedRTT ?? .zero
      sums.retransmits &+= UInt64(socket.tcpInfo?.totalRetransmits ?? 0)
      sums.congestionWindow &+= UInt64(socket.tcpInfo?.congestionWindow ?? 0)
      return .continue
    }
    guard sums.congestionWindow > 0 else { throw BenchmarkError("no congestion window was read") }
    return count
  }
}
