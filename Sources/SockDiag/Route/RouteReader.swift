package import SockDiagWire

/// Lists of rtnetlink, read in one conversation.
///
/// ``InterfaceReader`` is this on the running kernel; tests put a scripted one under it.
package struct RouteReader<Transport: NetlinkTransport & ~Copyable>: ~Copyable {
  private var conversation: Conversation<Transport>

  package init(_ transport: consuming Transport) { conversation = Conversation(transport) }

  /// The addresses of all interfaces.
  package mutating func addresses(_ family: AddressFamily) throws(SockDiagError) -> [InterfaceAddress] {
    try list(.addresses(family)) { payload, bytes throws(WireError) in
      try InterfaceAddress(newAddress: payload, in: bytes)
    }
  }

  /// All interfaces.
  package mutating func interfaces() throws(SockDiagError) -> [NetworkInterface] {
    try list(.links) { payload, bytes throws(WireError) in try NetworkInterface(newLink: payload, in: bytes) }
  }

  /// Interfaces come and go on a host of containers, so one interruption is nothing special.
  private static var attempts: Int { 5 }

  private mutating func list<Record>(
    _ request: RouteRequest, _ decode: (Range<Int>, Span<UInt8>) throws(WireError) -> Record?
  ) throws(SockDiagError) -> [Record] {
    let operation = "read interfaces from rtnetlink"
    for _ in 0..<Self.attempts {
      var records: [Record] = []
      var fault: WireError?
      let defects = try conversation.dump(request, operation: operation) { datagram, payload in
        do throws(WireError) {
          if let record = try decode(payload, datagram) { records.append(record) }
        } catch {
          fault = fault ?? error
        }
        return .continue
      }
      if fault != nil || defects.contains(.malformed) {
        throw SockDiagError(.malformedReply, operation: operation, wireError: fault)
      }
      if defects.isComplete { return records }
    }
    throw SockDiagError(.incomplete, operation: "the list of interfaces changed each time that it was read")
  }
}

extension RouteReader: Sendable where Transport: Sendable & ~Copyable {}
