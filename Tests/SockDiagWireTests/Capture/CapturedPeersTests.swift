import Foundation
import SockDiagTestKit
import SockDiagWire
import Testing

/// The names of UNIX peers, which a capture joins within each dump.
struct CapturedPeersTests {
  /// A record of a dump: a socket, its name and its peer.
  private static func record(
    _ inode: UInt32, name: String? = nil, peer: UInt32? = nil, sequence: UInt32 = 1
  ) -> [UInt8] {
    // AF_UNIX, stream, established.
    var message = MessageBuilder(sequence: sequence).appending([1, 1, 1, 0] + [inode, inode, 0].flatMap(\.memory))
    if let name { message = message.attribute(0, Array(name.utf8)) }
    if let peer { message = message.attribute(2, peer) }
    return message.padded
  }

  private static func done(sequence: UInt32 = 1) -> [UInt8] {
    var message = MessageBuilder.done()
    message.sequence = sequence
    return message.padded
  }

  private static func peers(_ capture: [UInt8]) throws -> [UnixSocket.Peer.Name?] {
    var decoder = CaptureDecoder(try CaptureReader(capture.span))
    decoder.learnUnixPeers(in: capture.span)
    var names: [UnixSocket.Peer.Name?] = []
    let summary = decoder.forEach(in: capture.span) { socket, _ in names.append(socket.unix?.peer?.name) }
    #expect(summary.isComplete && summary.sockets == names.count)
    return names
  }

  @Test func peerHasItsNameWhicheverComesFirst() throws {
    let capture = Self.record(1, peer: 2) + Self.record(2, name: "/a", peer: 1) + Self.record(3, peer: 2) + Self.done()
    #expect(try Self.peers(capture) == [.named(.path(Array("/a".utf8))), .unnamed, .named(.path(Array("/a".utf8)))])
  }

  @Test func peerOutsideTheDumpIsUnknown() throws {
    let capture = Self.record(1, peer: 2) + Self.done() + Self.record(2, name: "/a") + Self.done()
    #expect(try Self.peers(capture) == [.unknown, nil])
    let other = Self.record(1, peer: 2) + Self.record(2, name: "/a", sequence: 2) + Self.done() + Self.done(sequence: 2)
    #expect(try Self.peers(other) == [.unknown, nil])
  }

  /// An inode is used again, and `ss` numbers all of its requests alike.
  @Test func eachDumpHasItsOwnNames() throws {
    let dump = { (name: String) in Self.record(1, peer: 2) + Self.record(2, name: name) + Self.done() }
    let names = try Self.peers(dump("/a") + dump("/b"))
    #expect(names == [.named(.path(Array("/a".utf8))), nil, .named(.path(Array("/b".utf8))), nil])
  }

  @Test func namesAreUnknownIfTheyWereNotLearnt() throws {
    let capture = Self.record(1, peer: 2) + Self.record(2, name: "/a") + Self.done()
    #expect(try CaptureDecoder.sockets(in: capture.span).sockets.first?.unix?.peer?.name == .unknown)
  }

  // MARK: Streams of messages

  /// What `ss -D` would write of each dump: the replies without the requests.
  @Test(arguments: [
    "linux-6.18/unix", "linux-6.18/netlink", "linux-7.2-amd64/packet", "linux-7.2-amd64/vsock", "linux-7.2-amd64/xdp",
  ])
  func streamOfAnotherFamilyHasTheSameSockets(_ name: String) throws {
    let capture = try Fixtures.bytes(Fixtures.folder.appending(path: "captures/\(name).pcap"))
    let expected = try CaptureDecoder.sockets(in: capture.span).sockets
    var stream: [UInt8] = []
    for packet in try readCapture(capture).packets where packet.direction != .toKernel {
      var cursor = NetlinkCursor(packet.range)
      while let message = try cursor.next(in: capture.span) {
        guard !message.header.flags.contains(.request) else { continue }
        stream += capture[message.payload.lowerBound - NetlinkHeader.byteCount..<message.payload.upperBound]
        stream += [UInt8](repeating: 0, count: (4 - stream.count % 4) % 4)
      }
    }
    let (sockets, summary) = try CaptureDecoder.sockets(in: stream.span)
    #expect(try CaptureReader(stream.span).format == .messages)
    #expect(sockets == expected && !sockets.isEmpty)
    #expect(summary.faultCount == 0 && summary.otherFamilies.isEmpty)
  }
}
