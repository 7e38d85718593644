/// The netlink socket of an inspector: the kernel's, or a stand-in that a test made.
///
/// An enum rather than a generic parameter, so that `SocketInspector` is one concrete type. It is looked at once for each
/// datagram, which holds hundreds of records.
package enum InspectorTransport: NetlinkTransport, ~Copyable, Sendable {
  /// A socket of the running kernel.
  case kernel(KernelTransport)
  /// A stand-in of `SockDiagTesting`.
  case standIn(any StandInTransport)

  package var portID: UInt32 {
    switch self {
    case .kernel(let kernel): kernel.portID
    case .standIn(let standIn): standIn.portID
    }
  }

  package func send(_ message: Span<UInt8>) throws(SockDiagError) {
    switch self {
    case .kernel(let kernel): try kernel.send(message)
    case .standIn(let standIn): standIn.send(message)
    }
  }

  package func receive(into buffer: inout [UInt8]) -> Reception {
    switch self {
    case .kernel(let kernel): kernel.receive(into: &buffer)
    case .standIn(let standIn): standIn.receive(into: &buffer)
    }
  }
}

/// A stand-in for a netlink socket of the kernel.
package protocol StandInTransport: AnyObject, Sendable {
  /// The port id to which replies are addressed.
  var portID: UInt32 { get }

  /// Takes a request.
  func send(_ message: Span<UInt8>)

  /// Receives one datagram, without waiting.
  func receive(into buffer: inout [UInt8]) -> Reception
}
