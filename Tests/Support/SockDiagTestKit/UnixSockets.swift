import Foundation
package import Glibc
package import SockDiagWire

/// UNIX sockets in the network namespace of the calling thread, open until the value ends.
package struct UnixSockets: ~Copyable {
  /// A folder for their paths, removed at the end.
  package let folder: String
  private var descriptors: [Int32] = []

  /// Why a socket could not be made.
  package struct Failure: Error {
    /// What failed.
    package let call: String
    /// Why.
    package let errno: Int32
  }

  /// Makes a folder and no socket.
  package init() throws {
    // Short, so that a path of 108 bytes has room for a name.
    folder = "/tmp/sockdiag-\(UInt32.random(in: .min ... .max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
  }

  deinit {
    for descriptor in descriptors { close(descriptor) }
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Listeners with connections and without, pairs with data, and sockets of every type with every kind of name.
  package static func assorted() throws -> UnixSockets {
    var sockets = try UnixSockets()
    let server = try sockets.make(SOCK_STREAM, name: sockets.path("a b.sock"), backlog: 5)
    var clients: [Int32] = []
    for _ in 0..<3 { clients.append(try sockets.make(SOCK_STREAM, peer: sockets.path("a b.sock"))) }
    try sockets.accept(server)
    try sockets.send(5, on: clients[0])
    let pair = try sockets.makePair(SOCK_STREAM)
    shutdown(pair.0, Int32(SHUT_WR))
    try sockets.send(100, on: try sockets.makePair(SOCK_DGRAM).0)
    _ = try sockets.makePair(SOCK_SEQPACKET)
    _ = try sockets.make(SOCK_SEQPACKET, name: .abstract(Array("ab\0c".utf8)), backlog: 1)
    _ = try sockets.make(SOCK_DGRAM, name: sockets.path("log"))
    for _ in 0..<4 { _ = try sockets.make(SOCK_DGRAM, peer: sockets.path("log")) }
    // Without a file: clients cannot reach it.
    _ = try sockets.make(SOCK_STREAM, name: sockets.path("stale"), backlog: 0)
    // SAFETY: the call reads the path while it runs.
    _ = unsafe unlink("\(sockets.folder)/stale")
    _ = try sockets.make(SOCK_STREAM)
    _ = try sockets.make(SOCK_STREAM, name: .abstract(Array("/tmp/padded".utf8) + [UInt8](repeating: 0, count: 96)))
    try sockets.bindAutomatically(try sockets.make(SOCK_DGRAM))
    return sockets
  }

  /// Names that are hard to show: line ends, quotes, escape codes, bytes that are not UTF-8, 108 bytes.
  package var hardNames: [UnixSocketName] {
    let long = Array(folder.utf8) + [UInt8(ascii: "/")]
    return [
      path("two\nlines\u{1b}[31m\u{7}"), path("\"quoted\" 'name' \\ end"), path("@at *?[a-z]"),
      .path(long + [0xff, 0xfe, 0x80, 0xc3]), .path(long + (0..<108 - long.count).map { UInt8(0x80 + $0) }),
      .abstract([]), .abstract([0, 0, 0x1b, 0x5d, 0x30, 0x3b, 0x78, 0x07]), .abstract([0x61, 0x0a, 0x62, 0xff]),
      .abstract((0..<107).map { UInt8(truncatingIfNeeded: $0 &* 31) }), .abstract(Array("@\u{202e}größe".utf8)),
    ]
  }

  /// A path in the folder.
  package func path(_ name: String) -> UnixSocketName { .path(Array("\(folder)/\(name)".utf8)) }

  /// Opens a socket, and binds, connects and listens as far as it is wanted.
  @discardableResult
  package mutating func make(
    _ type: __socket_type, name: UnixSocketName? = nil, peer: UnixSocketName? = nil, backlog: Int32? = nil
  ) throws(Failure) -> Int32 {
    let descriptor = try keep(socket(AF_UNIX, Int32(type.rawValue | SOCK_CLOEXEC.rawValue), 0), "socket")
    // SAFETY: the calls read the address while they run.
    if let name { try check(unsafe Self.pass(name) { unsafe bind(descriptor, $0, $1) }, "bind") }
    // SAFETY: as above.
    if let peer { try check(unsafe Self.pass(peer) { unsafe connect(descriptor, $0, $1) }, "connect") }
    if let backlog { try check(listen(descriptor, backlog), "listen") }
    return descriptor
  }

  private mutating func makePair(_ type: __socket_type) throws(Failure) -> (Int32, Int32) {
    var pair: [Int32] = [-1, -1]
    // SAFETY: the call writes two descriptors into the array.
    try check(unsafe socketpair(AF_UNIX, Int32(type.rawValue | SOCK_CLOEXEC.rawValue), 0, &pair), "socketpair")
    descriptors += pair
    return (pair[0], pair[1])
  }

  private mutating func accept(_ listener: Int32) throws(Failure) {
    _ = try keep(Glibc.accept(listener, nil, nil), "accept")
  }

  private func send(_ count: Int, on descriptor: Int32) throws(Failure) {
    let bytes = [UInt8](repeating: 0x78, count: count)
    // SAFETY: the call reads the bytes of the array while it runs.
    let sent = unsafe bytes.withUnsafeBytes { unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, 0) }
    try check(sent == count ? 0 : -1, "send")
  }

  /// Lets the kernel choose a name: the address has nothing behind the family.
  private func bindAutomatically(_ descriptor: Int32) throws(Failure) {
    // SAFETY: the call reads the address while it runs.
    try check(unsafe Self.pass([]) { unsafe bind(descriptor, $0, $1) }, "bind")
  }

  private mutating func keep(_ descriptor: Int32, _ call: String) throws(Failure) -> Int32 {
    try check(descriptor, call)
    descriptors.append(descriptor)
    return descriptor
  }

  private func check(_ result: Int32, _ call: String) throws(Failure) {
    if result < 0 { throw Failure(call: call, errno: errno) }
  }

  private static func pass(
    _ name: UnixSocketName, to function: (UnsafePointer<sockaddr>?, socklen_t) -> Int32
  ) -> Int32 {
    // SAFETY: the function gets the same promise.
    unsafe pass((name.isAbstract ? [0] : []) + name.bytes, to: function)
  }

  /// Calls a function with an address: `struct sockaddr_un`, linux/un.h. No NUL follows a path.
  private static func pass(_ path: [UInt8], to function: (UnsafePointer<sockaddr>?, socklen_t) -> Int32) -> Int32 {
    let family = UInt16(AF_UNIX).littleEndian
    let address = [UInt8(truncatingIfNeeded: family), UInt8(truncatingIfNeeded: family >> 8)] + path
    // SAFETY: the function reads the bytes of the array during the call, with their length.
    return unsafe address.withUnsafeBytes {
      unsafe function($0.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
    }
  }
}
