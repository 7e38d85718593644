import Foundation
import Glibc
import SockDiag
import SockDiagWire
import Testing

/// Both sources report the same about real sockets.
///
/// The sockets are made on loopback and need no privilege; other sockets of this host are excluded.
@Suite struct ProcNetLiveTests {
  @Test(arguments: [TransportProtocol.tcp, .udp], [AddressFamily.inet, .inet6])
  func rowsEqualTheRecordsOfSockDiag(_ protocol: TransportProtocol, _ family: AddressFamily) throws {
    let sockets = LoopbackSockets()
    if `protocol` == .tcp {
      try sockets.makeTCP(Int32(family.rawValue))
      if family == .inet6 { try sockets.makeMapped() }
    } else {
      try sockets.makeUDP(Int32(family.rawValue))
    }
    var query = SocketQuery(`protocol`, family: family, states: .all)
    if `protocol` == .udp { query.details = .socketMemory }
    var inspector = try SocketInspector()

    // Segments and probes are still in flight, and any other socket that appears or disappears can make the kernel skip
    // a row at the end of a page. So the comparison is repeated until both agree; a field that is read wrongly never
    // would.
    var table: [Facts] = []
    var record: [Facts] = []
    var isSettled = false
    let end = ContinuousClock.now + .seconds(20)
    while !isSettled, .now < end {
      usleep(20_000)
      table = Self.facts(try ProcNet.dump(query), sockets.ports)
      record = Self.facts(try inspector.dump(query), sockets.ports)
      isSettled =
        table == record && Self.largestTimeBetween(table, record) < 500
        && Set(table.map(\.state)) == Self.expectedStates(`protocol`)
    }
    #expect(table == record)
    #expect(Self.largestTimeBetween(table, record) < 500)
    #expect(Set(table.map(\.state)) == Self.expectedStates(`protocol`))
  }

  /// If the variable names a directory, the tables are written there and the test fails, so that a recording does not
  /// pass for a test. `Fixtures/proc/README.md` describes the call.
  @Test func tablesOfThisKernelHaveNoFault() throws {
    let sockets = LoopbackSockets()
    for family in [AF_INET, AF_INET6] {
      try sockets.makeTCP(family)
      try sockets.makeUDP(family)
    }
    try sockets.makeMapped()
    for `protocol` in [TransportProtocol.tcp, .udp] {
      let dump = try ProcNet.dump(SocketQuery(`protocol`, states: .all)) { fault in Issue.record(fault) }
      #expect(dump.defects == .complete)
    }
    if let place = ProcessInfo.processInfo.environment["SOCKDIAG_RECORD_PROC"] {
      try Self.record(to: URL(filePath: place).appending(path: "thread-self/net"))
      Issue.record("the tables were recorded")
    }
  }

  private static func record(to directory: URL) throws {
    // Long enough for a SYN to be retransmitted.
    usleep(1_500_000)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    for name in ["tcp", "tcp6", "udp", "udp6"] {
      try Data(try read("/proc/thread-self/net/\(name)")).write(to: directory.appending(path: name))
    }
  }

  /// Foundation takes the first short read for the end of a file, and the kernel returns these files in pages.
  private static func read(_ path: String) throws -> [UInt8] {
    // SAFETY: the string lives, and ends with a zero, during the call.
    let descriptor = unsafe open(path, O_RDONLY)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    var text: [UInt8] = []
    var page = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      // SAFETY: the kernel writes at most as many bytes as the array has.
      let count = unsafe Glibc.read(descriptor, &page, page.count)
      if count <= 0 { return text }
      text += page[0..<count]
    }
  }

  private static func expectedStates(_ protocol: TransportProtocol) -> Set<SocketState> {
    if `protocol` == .udp { return [.established, .close] }
    return [
      .established, .synSent, .synReceived, .finWait1, .finWait2, .timeWait, .closeWait, .lastAcknowledgement, .listen,
      .closing,
    ]
  }

  /// The allowed difference of the times left, in milliseconds: one source counts hundredths of a second, and some time
  /// passes between two readings.
  private static func largestTimeBetween(_ left: [Facts], _ right: [Facts]) -> Int64 {
    zip(left, right).map { abs(Int64($0.timeLeft.value) - Int64($1.timeLeft.value)) }.max() ?? 0
  }

  /// The common fields of both sources, sorted, for the sockets with one of the ports.
  private static func facts(_ dump: SocketDump, _ ports: Set<UInt16>) -> [Facts] {
    #expect(!dump.defects.contains(.malformed))
    return dump.sockets.filter { ports.contains($0.local.port) || ports.contains($0.remote.port) }.map(Facts.init)
      .sorted { $0.order < $1.order }
  }
}

/// The fields of a socket that `/proc/net` also has.
private struct Facts: Equatable {
  let `protocol`: TransportProtocol
  let family: AddressFamily
  let state: SocketState
  let local: SocketAddress
  let remote: SocketAddress
  let uid: UInt32?
  let inode: UInt32
  let receiveQueue: UInt32
  /// Except for listeners, for which only sock_diag reports the limit of the accept queue.
  let sendQueue: UInt32?
  let timer: SocketTimer.Kind?
  /// Except for requests in SYN_RECV: sock_diag counts the retransmitted answers (`num_retrans`), the table counts the
  /// timeouts (`num_timeout`). They differ if the listener waits for data.
  let retransmits: UInt8?
  let drops: UInt32?
  let timeLeft: Time

  /// Milliseconds that are ignored in a comparison.
  struct Time: Equatable {
    let value: UInt32

    static func == (left: Time, right: Time) -> Bool { true }
  }

  init(_ socket: InetSocket) {
    `protocol` = socket.protocol
    family = socket.family
    state = socket.state
    local = socket.local
    remote = socket.remote
    uid = socket.uid
    inode = socket.inode
    receiveQueue = socket.receiveQueue
    sendQueue = socket.state == .listen ? nil : socket.sendQueue
    timer = socket.timer?.kind
    retransmits = socket.state == .synReceived ? nil : socket.timer?.retransmits
    drops = socket.drops
    timeLeft = Time(value: socket.timer?.expiresMilliseconds ?? 0)
  }

  var order: (SocketAddress, SocketAddress, UInt32) { (local, remote, inode) }
}
