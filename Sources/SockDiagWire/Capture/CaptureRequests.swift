/// What a request of a capture asked for.
struct CapturedRequest: Hashable, Sendable {
  /// The family; `nil` for the legacy message, which may ask for both versions of IP.
  var family: AddressFamily?
  /// The protocol; unspecified in families other than IPv4 and IPv6.
  var `protocol`: TransportProtocol
}

/// The requests of a capture, which determine the families and protocols of the replies.
///
/// A reply has the port id and the sequence number of its request. But the port id in a request is usually 0, because
/// the kernel knows the sender without it, and sequence numbers are not unique: `ss` uses the same one for all its
/// requests. So a dump is assigned to the latest matching request when its first reply comes, and keeps it until its
/// end, whatever requests follow.
struct CaptureRequests: Sendable {
  struct Key: Hashable, Sendable {
    var portID: UInt32
    var sequence: UInt32
  }

  /// A limit for the memory that a hostile file can use. A real capture has only a few at a time.
  private static let limit = 1 << 16

  private var requests: [Key: CapturedRequest] = [:]
  private var dumps: [Key: CapturedRequest] = [:]
  private var latest: (key: Key, request: CapturedRequest)?

  /// The dumps that have replies so far, but no end.
  var unfinishedDumps: Int { dumps.count }

  mutating func insert(_ request: CapturedRequest, _ header: NetlinkHeader) {
    if requests.count >= Self.limit { requests.removeAll() }
    requests[Key(portID: header.portID, sequence: header.sequence)] = request
  }

  /// The request to which a message replies; `nil` if it was not captured.
  func request(of header: NetlinkHeader) -> CapturedRequest? {
    let key = Key(portID: header.portID, sequence: header.sequence)
    return dumps[key] ?? requests[key] ?? requests[Key(portID: 0, sequence: header.sequence)]
  }

  /// The request to which a socket's record replies. The record is the first or a later one of a dump, or a single reply.
  mutating func request(ofRecord header: NetlinkHeader, default: CapturedRequest) -> CapturedRequest {
    let key = Key(portID: header.portID, sequence: header.sequence)
    if let latest, latest.key == key { return latest.request }
    let found = request(of: header) ?? `default`
    if header.flags.contains(.multipart) {
      if dumps.count >= Self.limit { dumps.removeAll() }
      dumps[key] = found
      latest = (key, found)
    }
    return found
  }

  /// Forgets a dump that has ended.
  mutating func finish(_ header: NetlinkHeader) {
    dumps[Key(portID: header.portID, sequence: header.sequence)] = nil
    latest = nil
  }
}
