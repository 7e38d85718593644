package import Glibc

/// Sockets of any protocol on the loopback interface of the calling thread's network namespace, open until the value ends.
package struct PlainSockets: ~Copyable {
  private var descriptors: [Int32] = []

  /// Why a socket could not be made.
  package struct Failure: Error {
    /// What failed.
    package let call: String
    /// Why.
    package let errno: Int32
  }

  package init() {}

  deinit { for descriptor in descriptors { close(descriptor) } }

  /// Whether the kernel makes sockets of a kind.
  package static func canOpen(_ type: __socket_type, _ protocol: Int32) -> Bool {
    let descriptor = socket(AF_INET, Int32(type.rawValue | SOCK_CLOEXEC.rawValue), `protocol`)
    if descriptor >= 0 { close(descriptor) }
    return descriptor >= 0
  }

  /// Opens a socket of IPv4 or IPv6.
  package mutating func open(v6: Bool = false, _ type: __socket_type, _ protocol: Int32) throws(Failure) -> Int32 {
    try keep(socket(v6 ? AF_INET6 : AF_INET, Int32(type.rawValue | SOCK_CLOEXEC.rawValue), `protocol`), "socket")
  }

  /// Binds a socket to a port of 127.0.0.1, or of ::1.
  package func bind(_ descriptor: Int32, v6: Bool = false, _ port: UInt16) throws(Failure) {
    // SAFETY: the call reads the address during the call.
    let isDone = unsafe Self.pass(port, v6, to: { unsafe Glibc.bind(descriptor, $0, $1) })
    if !isDone { throw Failure(call: "bind", errno: errno) }
  }

  /// Connects a socket to a port of 127.0.0.1, or of ::1.
  package func connect(_ descriptor: Int32, v6: Bool = false, _ port: UInt16) throws(Failure) {
    // SAFETY: as above.
    let isDone = unsafe Self.pass(port, v6, to: { unsafe Glibc.connect(descriptor, $0, $1) })
    if !isDone { throw Failure(call: "connect", errno: errno) }
  }

  /// Lets a socket listen.
  package func listen(_ descriptor: Int32, backlog: Int32 = 5) throws(Failure) {
    if Glibc.listen(descriptor, backlog) < 0 { throw Failure(call: "listen", errno: errno) }
  }

  /// Accepts a connection.
  package mutating func accept(_ descriptor: Int32) throws(Failure) -> Int32 {
    try keep(Glibc.accept(descriptor, nil, nil), "accept")
  }

  /// Sends filler bytes.
  package func send(_ descriptor: Int32, count: Int) throws(Failure) {
    let filler = [UInt8](repeating: 1, count: count)
    // SAFETY: the call reads the bytes of the array during the call.
    let sent = unsafe filler.withUnsafeBytes { unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, 0) }
    if sent != count { throw Failure(call: "send", errno: errno) }
  }

  private mutating func keep(_ descriptor: Int32, _ call: String) throws(Failure) -> Int32 {
    if descriptor < 0 { throw Failure(call: call, errno: errno) }
    descriptors.append(descriptor)
    return descriptor
  }

  /// Calls a function with an address: `struct sockaddr_in` or `struct sockaddr_in6`.
  private static func pass(
    _ port: UInt16, _ v6: Bool, to function: (UnsafePointer<sockaddr>?, socklen_t) -> Int32
  ) -> Bool {
    let family = UInt16(v6 ? AF_INET6 : AF_INET).littleEndian
    let head: [UInt8] = [UInt8(family & 0xff), UInt8(family >> 8), UInt8(port >> 8), UInt8(port & 0xff)]
    let loopback: [UInt8] =
      v6 ? [UInt8](repeating: 0, count: 19) + [1] + [0, 0, 0, 0] : [127, 0, 0, 1] + [UInt8](repeating: 0, count: 8)
    let address = head + loopback
    // SAFETY: the function reads the bytes of the array during the call, with their length.
    return unsafe address.withUnsafeBytes {
      unsafe function($0.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count)) == 0
    }
  }
}
