/// TCP, UDP and the other protocols of IPv4 and IPv6.
public enum Inet: SocketFamily {
  /// An empty record.
  public static var emptySocket: InetSocket { InetSocket() }

  /// Decodes a record. A reader of many records keeps an ``InetDecoder``, which allocates nothing per record.
  public static func decode(
    _ payload: Range<Int>, in bytes: Span<UInt8>, answering request: InetRequest, into socket: inout InetSocket
  ) throws(WireError) -> WireError? {
    var decoder = InetDecoder()
    return try decoder.decode(payload, in: bytes, protocol: request.protocol, into: &socket)
  }
}
