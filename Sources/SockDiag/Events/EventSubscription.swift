internal import CSockDiag
internal import Glibc
internal import SockDiagWire

/// A socket of the running kernel to which it announces events.
struct EventSubscription: EventTransport, ~Copyable, Sendable {
  private let socket: Int32
  /// Readable while there is something to receive, even if that is only an error.
  let descriptor: Int32
  /// What the kernel made of the wish for a receive buffer.
  let receiveBufferByteCount: Int

  /// Subscribes in the network namespace of the calling thread.
  init(_ groups: SocketEventGroups, receiveBuffer byteCount: Int) throws(SockDiagError) {
    guard !groups.isEmpty else {
      throw SockDiagError(.invalidRequest, operation: "subscribe to no events", errno: EINVAL)
    }
    try Self.checkHandlers(groups)
    var effective = 0
    // SAFETY: the shim writes the one number and keeps nothing.
    let result = unsafe csockdiag_events_open(groups.rawValue, max(byteCount, 0), &effective)
    guard result >= 0 else { throw SockDiagError(errno: -result, operation: "subscribe to events") }
    let watch = csockdiag_events_watch(result)
    guard watch >= 0 else {
      close(result)
      throw SockDiagError(errno: -watch, operation: "watch for events")
    }
    socket = result
    descriptor = watch
    receiveBufferByteCount = effective
  }

  deinit {
    close(descriptor)
    close(socket)
  }

  /// The kernel lets anybody join any group and then stays silent about what it has no handler for. Only a dump, here
  /// of no states at all, tells that apart from a host where nothing ends; it also loads the handler's module.
  private static func checkHandlers(_ groups: SocketEventGroups) throws(SockDiagError) {
    var conversation = Conversation(try KernelTransport())
    for (transport, family) in groups.members {
      guard let error = try conversation.probe(InetRequest(.dump, transport, family)) else { continue }
      // A kernel without IPv6 has no such sockets. That is an error only if nothing else was asked for.
      if error.code == .missingFamily, family == .inet6, !groups.isDisjoint(with: .inet) { continue }
      throw SockDiagError(
        error.code, operation: "subscribe to the end of \(transport) sockets", errno: error.errno,
        kernelMessage: error.kernelMessage)
    }
  }

  func receive(into buffer: inout [UInt8]) -> Reception {
    var sender: UInt32 = 0
    // SAFETY: the shim writes at most the given number of bytes, during the call.
    let length = unsafe buffer.withUnsafeMutableBytes {
      unsafe csockdiag_receive_from(socket, $0.baseAddress, $0.count, &sender)
    }
    return length < 0 ? .failure(Int32(-length)) : .datagram(length: length, sender: sender)
  }

  func drops() -> UInt32? { UInt32(exactly: csockdiag_events_drops(socket)) }

  /// Waits until there is something to receive, or the time is up.
  func waitUntilReadable(milliseconds: Int32?) {
    var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    // SAFETY: poll uses the one structure during the call. An interrupted call ends the wait early, which is harmless.
    _ = unsafe poll(&wait, 1, milliseconds ?? -1)
  }
}
