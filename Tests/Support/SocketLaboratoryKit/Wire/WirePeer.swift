public import SocketLaboratory

/// One end of one TCP conversation, which says only what its script tells it to.
///
/// It keeps the sequence numbers and nothing else: no timers, no retransmissions, no answers of its own.
public final class WirePeer {
  /// The kernel's end.
  public let kernel: LabEndpoint
  /// This end.
  public let own: LabEndpoint

  // The wire owns its peers. A peer that outlives it has nobody to talk to.
  private weak var wire: Wire?
  private var inbox: [TCPSegment] = []
  /// The next number this end sends. It starts at a constant, so that recordings repeat.
  private var next: UInt32 = 1_000_000
  /// The number after the last segment of the kernel that a script has looked at.
  private var seen: UInt32 = 0
  /// The acknowledgement number last sent.
  private var acknowledged: UInt32 = 0
  /// The window last announced.
  private var window: UInt16 = 0xFFFF

  init(on wire: Wire, kernel: LabEndpoint, own: LabEndpoint) {
    self.wire = wire
    self.kernel = kernel
    self.own = own
    wire.register(self)
  }

  func take(_ segment: TCPSegment) { inbox.append(segment) }

  /// Waits for a segment of the kernel with all of these flags, passing over others.
  @discardableResult
  public func expect(_ flags: TCPFlags) throws -> TCPSegment {
    let deadline = Deadline()
    while true {
      while !inbox.isEmpty {
        let segment = inbox.removeFirst()
        guard segment.flags.isSuperset(of: flags) else { continue }
        seen = segment.end
        return segment
      }
      guard !deadline.hasPassed else {
        throw LaboratoryError(.timeout, "wait at \(own) for a segment of \(kernel) with flags \(flags.rawValue)")
      }
      try wire?.deliver(until: deadline)
    }
  }

  /// Sends a segment; SYN, FIN and payload advance this end's sequence number.
  public func send(_ flags: TCPFlags, payload: [UInt8] = []) throws {
    let segment = segment(flags, payload)
    try wire?.write(segment)
    next = segment.end
  }

  /// Begins a connection to a listener.
  public func open() throws { try send(.syn) }

  /// Completes a connection begun with ``open()``.
  public func completeOpening() throws {
    try expect([.syn, .ack])
    try acknowledge()
  }

  /// Answers the kernel's SYN, so that its connect succeeds.
  public func acceptConnection() throws {
    try expect(.syn)
    acknowledged = seen
    try send([.syn, .ack])
    try expect(.ack)
  }

  /// Acknowledges everything a script has looked at.
  public func acknowledge() throws {
    acknowledged = seen
    try send(.ack)
  }

  /// Announces a window, in units of 128 bytes.
  public func announce(window: UInt16) throws {
    self.window = window
    try send(.ack)
  }

  /// Sends data.
  public func send(_ count: Int) throws {
    try send([.ack, .psh], payload: [UInt8](repeating: UInt8(ascii: "x"), count: count))
  }

  /// Sends FIN, acknowledging no more than before.
  public func finish() throws { try send([.fin, .ack]) }

  /// Resets the connection.
  public func reset() throws { try send([.rst, .ack]) }

  private func segment(_ flags: TCPFlags, _ payload: [UInt8]) -> TCPSegment {
    TCPSegment(
      source: own.withoutScope.unmapped,
      destination: kernel.withoutScope.unmapped,
      sequence: next,
      acknowledgement: flags.contains(.ack) ? acknowledged : 0,
      flags: flags,
      window: window,
      payload: payload
    )
  }
}
