import SockDiagWire

/// Fuzzes one datagram: decodes every message by the type in its header, and writes the result as JSON.
@c(LLVMFuzzerTestOneInput)
public func fuzzDecoder(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // SAFETY: libFuzzer lends `count` bytes for the length of the call.
  let bytes = unsafe UnsafeBufferPointer(start: data, count: count).span
  // SAFETY: libFuzzer calls on one thread.
  unsafe Target.shared.run(bytes)
  return 0
}

private struct Target {
  nonisolated(unsafe) static var shared = Target()

  private var decoder = InetDecoder()
  private var socket = InetSocket()
  private var unix = UnixSocket()
  private var text: [UInt8] = []

  mutating func run(_ bytes: Span<UInt8>) {
    var cursor = NetlinkCursor(0..<bytes.count)
    while let message = try? cursor.next(in: bytes) {
      switch message.header.type {
      case .done:
        _ = NetlinkVerdict(done: message.payload, flags: message.header.flags, in: bytes)
      case .error:
        _ = try? NetlinkVerdict(error: message.payload, flags: message.header.flags, in: bytes)
      case _ where message.header.flags.contains(.request):
        _ = try? InetRequest(message, in: bytes)
      case _ where !message.payload.isEmpty && bytes[message.payload.lowerBound] == AddressFamily.unix.rawValue:
        decodeUnix(message, in: bytes)
      default:
        decode(message, in: bytes)
      }
    }
  }

  /// A reused socket value must not keep anything of the previous socket: it must equal a freshly decoded one.
  private mutating func decode(_ message: NetlinkCursor.Message, in bytes: Span<UInt8>) {
    // The sequence number chooses the protocol, so that the input chooses it.
    let `protocol` = TransportProtocol(rawValue: UInt16(truncatingIfNeeded: message.header.sequence))
    do throws(WireError) {
      let fault = try decoder.decode(message.payload, in: bytes, protocol: `protocol`, into: &socket)
      var fresh = InetDecoder()
      var other = InetSocket()
      let again = try fresh.decode(message.payload, in: bytes, protocol: `protocol`, into: &other)
      precondition(fault == again && socket == other)
      show()
    } catch {
      precondition(error.offset >= 0 && error.offset <= bytes.count)
    }
  }

  /// A name must come back from its text, and a pattern of that text must match it.
  private mutating func decodeUnix(_ message: NetlinkCursor.Message, in bytes: Span<UInt8>) {
    let request = UnixSocketRequest()
    do throws(WireError) {
      let fault = try Unix.decode(message.payload, in: bytes, answering: request, into: &unix)
      var other = UnixSocket()
      let again = try Unix.decode(message.payload, in: bytes, answering: request, into: &other)
      precondition(fault == again && unix == other)
    } catch {
      precondition(error.offset >= 0 && error.offset <= bytes.count)
      return
    }
    text.removeAll(keepingCapacity: true)
    unix.appendJSON(to: &text)
    precondition(text.allSatisfy { $0 >= 0x20 && $0 != 0x7f })
    guard let name = unix.name, name != .path([]) else { return }
    precondition(UnixSocketName(name.description) == name)
    precondition(UnixNamePattern(name.description)?.matches(name) == true)
    precondition(name.description.utf8.allSatisfy { (0x21...0x7e).contains($0) })
  }

  private mutating func show() {
    text.removeAll(keepingCapacity: true)
    socket.appendJSON(to: &text)
    guard let info = socket.tcpInfo else { return }
    _ = (info.busyTime, info.smoothedRTT, info.sinceLastDataSent, info.options, info.state)
  }
}
