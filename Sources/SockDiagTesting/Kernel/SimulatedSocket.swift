import SockDiag
import Synchronization

/// The netlink socket of one inspector that asks a simulated kernel.
final class SimulatedSocket: StandInTransport {
  private let kernel: SimulatedKernel
  private let pending = Mutex<[SimulatedReception]>([])

  let portID: UInt32 = 4242

  init(_ kernel: SimulatedKernel) { self.kernel = kernel }

  func send(_ message: Span<UInt8>) {
    let reply = kernel.reply(to: message, portID: portID)
    pending.withLock { $0 += reply }
  }

  func receive(into buffer: inout [UInt8]) -> Reception {
    // EAGAIN, as from a socket that is empty.
    guard let next = pending.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { return .failure(11) }
    switch next {
    case .failure(let errno): return .failure(errno)
    case .datagram(let bytes):
      let count = min(bytes.count, buffer.count)
      buffer.replaceSubrange(0..<count, with: bytes[..<count])
      return .datagram(length: bytes.count, sender: 0)
    }
  }
}
