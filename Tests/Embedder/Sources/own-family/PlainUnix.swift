import SockDiagKit

/// A family of one's own: UNIX sockets, with nothing but their inode and their cookie.
enum PlainUnix: SocketFamily {
  static var emptySocket: PlainUnixSocket { PlainUnixSocket() }

  static func decode(
    _ payload: Range<Int>, in bytes: Span<UInt8>, answering request: PlainUnixRequest,
    into socket: inout PlainUnixSocket
  ) throws(WireError) -> WireError? {
    // struct unix_diag_msg, and behind it UNIX_DIAG_PEER: linux/unix_diag.h
    try bytes.checkRecord(payload, byteCount: 16, of: "a UNIX socket")
    socket = PlainUnixSocket()
    socket.isListening = bytes[payload.lowerBound + 2] == SocketState.listen.rawValue
    socket.inode = bytes.host32(at: payload.lowerBound + 4)
    socket.cookie = bytes.hostCookie(at: payload.lowerBound + 8)
    return bytes.forEachAttribute(payload.lowerBound + 16..<payload.upperBound) { attribute, payload in
      if attribute.type == 2, payload.count >= 4 { socket.peerInode = payload.host32(at: 0) }
    }
  }
}

/// A request for all of them, with the inodes of their peers.
struct PlainUnixRequest: NetlinkRequest, Hashable, Sendable {
  var messageType: NetlinkMessageType { .sockDiagByFamily }
  var flags: NetlinkFlags { .dump }

  // struct unix_diag_req, linux/unix_diag.h: all states, any inode, UDIAG_SHOW_PEER, any cookie
  func appendPayload(to message: inout [UInt8]) {
    message.append(contentsOf: [AddressFamily.unix.rawValue, 0, 0, 0])
    for word: UInt32 in [.max, 0, 4, .max, .max] { message.appendHost32(word) }
  }
}

/// A record.
struct PlainUnixSocket: FilterSubject {
  var inode: UInt32 = 0
  var cookie: SocketCookie?
  var peerInode: UInt32?
  var isListening = false

  var family: AddressFamily { .unix }
  var netID: String { "u" }
  var isConnectionOriented: Bool { true }
  var state: SocketState { isListening ? .listen : peerInode == nil ? .close : .established }
  var identity: SocketIdentity? { cookie.map { SocketIdentity(.unix, protocol: 0, $0) } }
  var description: String { "u \(localText) → \(remoteText)" }

  func appendLocal<Names: EndpointNames>(to text: inout [UInt8], _ names: inout Names) {
    text.append(contentsOf: "\(inode)".utf8)
  }

  func appendRemote<Names: EndpointNames>(to text: inout [UInt8], _ names: inout Names) {
    text.append(contentsOf: (peerInode.map { "\($0)" } ?? "*").utf8)
  }

  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("inode", inode)
    writer.number("peer_inode", peerInode)
  }
}
