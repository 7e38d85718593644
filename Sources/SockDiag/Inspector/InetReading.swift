internal import SockDiagWire

/// One or two requests, without an array.
struct InetRequests: Sequence, IteratorProtocol, Sendable {
  private var first: InetRequest?
  private var second: InetRequest?

  init(_ request: InetRequest) { first = request }

  /// A request for IPv4, and one for IPv6.
  init(perFamily request: InetRequest) {
    var single = request
    single.family = .inet
    first = single
    single.family = .inet6
    second = single
  }

  mutating func next() -> InetRequest? {
    defer {
      first = second
      second = nil
    }
    return first
  }
}

/// Turns the records of one answer into sockets and filters them.
struct InetReading {
  private let `protocol`: TransportProtocol
  private let remainder: SocketFilter?
  /// What is wrong with records that were read.
  private(set) var defects = DumpDefects.complete

  init(_ request: InetRequest, _ remainder: SocketFilter?) {
    `protocol` = request.protocol
    self.remainder = remainder
  }

  @inline(__always)
  mutating func read(
    _ payload: Range<Int>, in bytes: Span<UInt8>, with decoder: inout InetDecoder,
    _ body: (inout InetSocket) -> DumpFlow
  ) -> DumpFlow {
    var socket = InetSocket()
    defer { decoder.recycle(&socket) }
    do throws(WireError) {
      // A damaged attribute does not hide its socket.
      if try decoder.decode(payload, in: bytes, protocol: `protocol`, into: &socket) != nil {
        defects.insert(.malformed)
      }
    } catch {
      defects.insert(.malformed)
      return .continue
    }
    guard let remainder else { return body(&socket) }
    switch remainder.evaluate(socket) {
    case true: return body(&socket)
    case nil: defects.insert(.undecided)
    case false: break
    }
    return .continue
  }
}
