package import SockDiag
import SockDiagTesting
package import SockDiagWire

/// A fake kernel that announces the events of a script.
package struct ScriptedEvents: EventTransport, ~Copyable {
  /// What the next receive call returns. After the last step there is nothing to read (`EAGAIN`).
  package enum Step: Sendable {
    /// A datagram from the kernel with one event per message.
    case events([UInt16])
    /// A datagram from another process.
    case foreign(port: UInt32, [UInt16])
    /// Raw bytes from the kernel, and the datagram's length if it differs.
    case bytes([UInt8], length: Int? = nil)
    /// No datagram.
    case failure(Int32)
    /// The kernel drops messages just before the next step.
    indirect case dropping(UInt32, Step)
  }

  private var steps: [Step]
  private var dropped: UInt32?

  /// Creates a script. The kernel's count of drops starts at the given value; `nil` if the kernel does not report it.
  package init(_ steps: [Step], drops: UInt32? = 0) {
    self.steps = steps
    dropped = drops
  }

  package mutating func receive(into buffer: inout [UInt8]) -> Reception {
    // EAGAIN, as from a real socket that is empty.
    if steps.isEmpty { return .failure(11) }
    return perform(steps.removeFirst(), into: &buffer)
  }

  package func drops() -> UInt32? { dropped }

  private mutating func perform(_ step: Step, into buffer: inout [UInt8]) -> Reception {
    switch step {
    case .events(let ports): return store(ports.flatMap { Self.event(port: $0) }, nil, from: 0, into: &buffer)
    case .foreign(let port, let ports):
      return store(ports.flatMap { Self.event(port: $0) }, nil, from: port, into: &buffer)
    case .bytes(let bytes, let length): return store(bytes, length, from: 0, into: &buffer)
    case .failure(let errno): return .failure(errno)
    case .dropping(let count, let step):
      dropped? &+= count
      return perform(step, into: &buffer)
    }
  }

  private func store(_ bytes: [UInt8], _ length: Int?, from sender: UInt32, into buffer: inout [UInt8]) -> Reception {
    let count = min(bytes.count, buffer.count)
    buffer.replaceSubrange(0..<count, with: bytes[..<count])
    return .datagram(length: length ?? bytes.count, sender: sender)
  }

  /// The message about the end of a socket. The cookie is the port, owner and inode are absent, and the protocol
  /// attribute comes first (`inet_diag_handler_get_info`, net/ipv4/inet_diag.c).
  package static func event(
    port: UInt16, protocol: TransportProtocol = .tcp, sequence: UInt32 = 0, portID: UInt32 = 0,
    type: NetlinkMessageType = .sockDiagByFamily, attributes: [UInt8] = []
  ) -> [UInt8] {
    let record = NetlinkBytes.record(port: port, cookie: UInt64(port), state: .close, inode: 0, uid: 0)
    let name = NetlinkBytes.attribute(10, [UInt8(truncatingIfNeeded: `protocol`.rawValue)])
    return NetlinkBytes.message(
      type, flags: [], sequence: sequence, portID: portID, payload: record + name + attributes
    ).bytes
  }
}
