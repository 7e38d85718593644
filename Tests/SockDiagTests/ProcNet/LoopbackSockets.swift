import Glibc

/// Real sockets on loopback, in every state in which a program can hold them, for as long as this value lives.
///
/// Nothing runs here: each socket is brought into its state and left there.
final class LoopbackSockets {
  /// An operation that failed.
  struct Failure: Error {
    let operation: String
    let errno: Int32
  }

  private(set) var descriptors: [Int32] = []
  /// The local ports of the sockets that listen or are bound: one end of each socket here has such a port.
  private(set) var ports: Set<UInt16> = []

  deinit {
    for descriptor in descriptors { close(descriptor) }
  }

  // MARK: TCP

  /// Makes one or more sockets in each state that TCP tables show.
  func makeTCP(_ family: Int32) throws {
    let listener = try listen(family, backlog: 16)
    try write(100, to: try connect(family, listener).client)
    try setOption(SOL_SOCKET, SO_KEEPALIVE, 1, of: try connect(family, listener).client)

    // The peer reads nothing, so data and the FIN after it stay here. The client's state: FIN_WAIT1.
    _ = try fill(try connect(family, listener).client)
    try shutWriting(try fill(try connect(family, listener).client))
    // CLOSING, and FIN_WAIT2 at the peer.
    let closing = try connect(family, listener)
    try shutWriting(try fill(closing.client))
    try shutWriting(closing.server)
    // LAST_ACK, and FIN_WAIT2 at the peer.
    let last = try connect(family, listener)
    try shutWriting(last.server)
    try waitForEnd(at: last.client)
    try shutWriting(try fill(last.client))
    // FIN_WAIT2 and CLOSE_WAIT.
    try shutWriting(try connect(family, listener).client)
    // TIME_WAIT at the client. There are several, because a reset caused by an old segment can end one.
    for _ in 0..<3 {
      let past = try connect(family, listener)
      try shutWriting(past.client)
      try waitForEnd(at: past.server)
      try shutWriting(past.server)
    }
    // An orphan in FIN_WAIT2, which becomes a small record like that of TIME_WAIT.
    drop(try connect(family, listener).client)

    // An accept queue of two that is full, and a client whose SYN is ignored: SYN_SENT.
    let full = try listen(family, backlog: 1)
    for _ in 0..<2 { _ = try connectOnly(family, full, waits: false) }
    try waitForUnacknowledged(2, at: full)
    _ = try connectOnly(family, full, waits: false)
    // SYN_RECV: the server answers, but waits for data before it accepts the connection.
    let deferring = try listen(family, backlog: 16)
    try setOption(Int32(IPPROTO_TCP), TCP_DEFER_ACCEPT, 60, of: deferring)
    _ = try connectOnly(family, deferring)
  }

  /// A listener on `::` that takes IPv4, and a connection to it from 127.0.0.1.
  func makeMapped() throws {
    let listener = try open(AF_INET6, SOCK_STREAM)
    try setOption(Int32(IPPROTO_IPV6), IPV6_V6ONLY, 0, of: listener)
    var any = sockaddr_in6()
    any.sin6_family = sa_family_t(AF_INET6)
    try bind(listener, any)
    try check("listen", Glibc.listen(listener, 4))
    ports.insert(try port(listener))
    _ = try connect(AF_INET, listener)
  }

  // MARK: UDP

  /// Makes UDP sockets: bound with unread datagrams and some dropped ones, and connected.
  func makeUDP(_ family: Int32) throws {
    let bound = try open(family, SOCK_DGRAM)
    try setOption(SOL_SOCKET, SO_RCVBUF, 4096, of: bound)
    try bind(bound, family)
    ports.insert(try port(bound))
    let connected = try open(family, SOCK_DGRAM)
    try connect(connected, family, to: try port(bound))
    ports.insert(try port(connected))
    for _ in 0..<20 { try write(500, to: connected) }
    setOwner(bound)
  }

  // MARK: Steps

  private func listen(_ family: Int32, backlog: Int32) throws -> Int32 {
    let listener = try open(family, SOCK_STREAM)
    try bind(listener, family)
    try check("listen", Glibc.listen(listener, backlog))
    ports.insert(try port(listener))
    setOwner(listener)
    return listener
  }

  private func connect(_ family: Int32, _ listener: Int32) throws -> (client: Int32, server: Int32) {
    let client = try connectOnly(family, listener)
    let server = accept(listener, nil, nil)
    try check("accept", server)
    // Swift's Glibc module does not show `accept4`.
    _ = fcntl(server, F_SETFD, FD_CLOEXEC)
    descriptors.append(server)
    return (client, server)
  }

  private func connectOnly(_ family: Int32, _ listener: Int32, waits: Bool = true) throws -> Int32 {
    let client = try open(family, SOCK_STREAM, waits: waits)
    try connect(client, family, to: try port(listener))
    return client
  }

  private func open(_ family: Int32, _ type: __socket_type, waits: Bool = true) throws -> Int32 {
    let flags = SOCK_CLOEXEC.rawValue | (waits ? 0 : SOCK_NONBLOCK.rawValue)
    let descriptor = socket(family, Int32(type.rawValue | flags), 0)
    try check("socket", descriptor)
    descriptors.append(descriptor)
    return descriptor
  }

  /// Gives a socket to another user, so that the column is not always 0. Only root can; other users keep their own
  /// number.
  private func setOwner(_ descriptor: Int32) {
    if geteuid() == 0 { _ = fchown(descriptor, 12345, 12345) }
  }

  private func drop(_ descriptor: Int32) {
    descriptors.removeAll { $0 == descriptor }
    close(descriptor)
  }

  private func shutWriting(_ descriptor: Int32) throws {
    try check("shutdown", shutdown(descriptor, Int32(SHUT_WR)))
  }

  /// Waits until the FIN of a peer that sends nothing has arrived.
  private func waitForEnd(at descriptor: Int32) throws {
    var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    // SAFETY: the kernel reads and writes the one structure.
    try check("wait for a FIN", unsafe poll(&wait, 1, 20_000) == 1 ? 0 : -1)
  }

  /// Waits until this much is unacknowledged: connections that a listener has not accepted, or segments of a
  /// connection.
  private func waitForUnacknowledged(_ count: UInt32, at descriptor: Int32) throws {
    let end = ContinuousClock.now + .seconds(20)
    while true {
      var info = tcp_info()
      var length = socklen_t(MemoryLayout<tcp_info>.size)
      // SAFETY: the kernel writes at most the given number of bytes.
      try check("getsockopt", unsafe getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_INFO, &info, &length))
      if info.tcpi_unacked == count { return }
      try check("wait for \(count) unacknowledged", .now < end ? 0 : -1)
      usleep(1000)
    }
  }

  /// Writes until the peer accepts no more, and everything in flight is acknowledged.
  private func fill(_ descriptor: Int32) throws -> Int32 {
    let bytes = [UInt8](repeating: 0, count: 1 << 16)
    func isTaken() -> Bool {
      // SAFETY: the kernel reads the given number of bytes, which the array has.
      unsafe send(descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT)) > 0
    }
    repeat {
      while isTaken() {}
      try waitForUnacknowledged(0, at: descriptor)
    } while isTaken()
    return descriptor
  }

  private func write(_ count: Int, to descriptor: Int32) throws {
    let bytes = [UInt8](repeating: 0, count: count)
    // SAFETY: the kernel reads the given number of bytes, which the array has.
    try check("send", Int32(truncatingIfNeeded: unsafe send(descriptor, bytes, bytes.count, 0)))
  }

  private func setOption(_ level: Int32, _ name: Int32, _ value: Int32, of descriptor: Int32) throws {
    var value = value
    // SAFETY: the kernel reads four bytes.
    try check("setsockopt", unsafe setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size)))
  }

  private func check(_ operation: String, _ result: Int32) throws {
    if result < 0 { throw Failure(operation: operation, errno: errno) }
  }
}

// MARK: Addresses

/// The C structures that an address is given in.
private protocol SocketAddressStorage {}
extension sockaddr_in: SocketAddressStorage {}
extension sockaddr_in6: SocketAddressStorage {}

extension LoopbackSockets {
  private func bind(_ descriptor: Int32, _ family: Int32) throws {
    if family == AF_INET { try bind(descriptor, Self.loopback4(0)) } else { try bind(descriptor, Self.loopback6(0)) }
  }

  private func bind(_ descriptor: Int32, _ address: some SocketAddressStorage) throws {
    // SAFETY: the kernel reads as many bytes as the address has.
    try check("bind", unsafe Self.withAddress(address) { unsafe Glibc.bind(descriptor, $0, $1) })
  }

  private func connect(_ descriptor: Int32, _ family: Int32, to port: UInt16) throws {
    // SAFETY: the kernel reads as many bytes as the address has.
    let result =
      family == AF_INET
      ? unsafe Self.withAddress(Self.loopback4(port)) { unsafe Glibc.connect(descriptor, $0, $1) }
      : unsafe Self.withAddress(Self.loopback6(port)) { unsafe Glibc.connect(descriptor, $0, $1) }
    if result < 0, errno != EINPROGRESS { throw Failure(operation: "connect", errno: errno) }
  }

  private func port(_ descriptor: Int32) throws -> UInt16 {
    var address = sockaddr_in6()
    var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
    // SAFETY: the kernel writes at most the given number of bytes, and the port lies at the same place in both families.
    let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe getsockname(descriptor, UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: sockaddr.self), &length)
    }
    try check("getsockname", result)
    return UInt16(bigEndian: address.sin6_port)
  }

  private static func loopback4(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    address.sin_port = port.bigEndian
    return address
  }

  private static func loopback6(_ port: UInt16) -> sockaddr_in6 {
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    address.sin6_addr = in6addr_loopback
    address.sin6_port = port.bigEndian
    return address
  }

  @unsafe private static func withAddress<Address: SocketAddressStorage>(
    _ address: Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    // SAFETY: the pointer is used while the address lives, for reading as many bytes as it has.
    unsafe withUnsafePointer(to: address) { pointer in
      unsafe body(
        UnsafeRawPointer(pointer).assumingMemoryBound(to: sockaddr.self), socklen_t(MemoryLayout<Address>.size))
    }
  }
}
