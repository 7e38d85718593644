/// The requests of a capture, by which the protocol of a reply is known.
///
/// A reply bears the port id and the sequence number of its request. The port id in a request itself is mostly 0, for the
/// kernel knows the sender without it, and the sequence number is no number of its own either: `ss` gives the same to all
/// of its requests. So a dump is bound to the latest request that fits when its first reply comes, and keeps to it until
/// its end, whatever others ask meanwhile.
struct CaptureRequests: Sendable {
  struct Key: Hashable, Sendable {
    var portID: UInt32
    var sequence: UInt32
  }

  /// A bound for what a hostile file can make us remember. An honest one has a few at a time.
  private static let limit = 1 << 16

  private var requests: [Key: TransportProtocol] = [:]
  private var dumps: [Key: TransportProtocol] = [:]
  private var latest: (key: Key, protocol: TransportProtocol)?

  /// The dumps of which replies were seen, but not their end.
  var unfinishedDumps: Int { dumps.count }

  mutating func insert(_ request: InetRequest, _ header: NetlinkHeader) {
    if requests.count >= Self.limit { requests.removeAll() }
    requests[Key(portID: header.portID, sequence: header.sequence)] = request.protocol
  }

  /// The protocol of the request to which a message replies; `nil` if that was not captured.
  func `protocol`(of header: NetlinkHeader) -> TransportProtocol? {
    let key = Key(portID: header.portID, sequence: header.sequence)
    return dumps[key] ?? requests[key] ?? requests[Key(portID: 0, sequence: header.sequence)]
  }

  /// The protocol of a socket's record, which is the first or a further one of a dump, or a single one.
  mutating func `protocol`(ofRecord header: NetlinkHeader, default: TransportProtocol) -> TransportProtocol {
    let key = Key(portID: header.portID, sequence: header.sequence)
    if let latest, latest.key == key { return latest.protocol }
    let found = self.protocol(of: header) ?? `default`
    if header.flags.contains(.multipart) {
      if dumps.count >= Self.limit { dumps.removeAll() }
      dumps[key] = found
      latest = (key, found)
    }
    return found
  }

  /// Forgets a dump that has come to its end.
  mutating func finish(_ header: NetlinkHeader) {
    dumps[Key(portID: header.portID, sequence: header.sequence)] = nil
    latest = nil
  }
}
