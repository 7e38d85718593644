internal import SockDiagWire

/// A row of a table in `/proc/net`: the columns that become fields.
///
/// Kernel: `get_tcp4_sock`, `get_openreq4`, `get_timewait4_sock`, net/ipv4/tcp_ipv4.c; the corresponding IPv6
/// functions, net/ipv6/tcp_ipv6.c; `udp4_format_sock`, net/ipv4/udp.c; `__ip6_dgram_sock_seq_show`,
/// net/ipv6/datagram.c.
struct ProcNetRow {
  var local: (UInt64, UInt64, UInt16) = (0, 0, 0)
  var remote: (UInt64, UInt64, UInt16) = (0, 0, 0)
  var state: UInt8 = 0
  var sendQueue: UInt32 = 0
  var receiveQueue: UInt32 = 0
  var timerKind: UInt8 = 0
  /// In ticks of the kernel's clock for programs, as a `long`.
  var timerTicks: UInt64 = 0
  var retransmits: UInt32 = 0
  private var uid: UInt32 = 0
  private var probes: Int64 = 0
  private var inode: UInt32 = 0
  private var drops: UInt32?

  /// Reads a line and overwrites the previous row.
  ///
  /// - Parameters:
  ///   - line: The line without its newline.
  ///   - isWhole: Whether the line had a newline. If not, its end may be missing, and a number at its very end is not
  ///     used.
  ///   - hasDrops: Whether the third column after the inode counts drops.
  @inline(__always)
  mutating func read(
    _ line: Span<UInt8>, isWhole: Bool, isIPv6: Bool, hasDrops: Bool
  ) throws(ProcNetFault) {
    var columns = ProcNetColumns(at: 0)
    try columns.slot(in: line)
    if !(isIPv6 ? readUsual6(&columns, in: line) : readUsual4(&columns, in: line)) {
      try readUnusual(&columns, words: isIPv6 ? 4 : 1, in: line)
    }
    uid = UInt32(truncatingIfNeeded: try columns.decimal(.uid, Int64(Int32.min)...Int64(UInt32.max), in: line))
    probes = try columns.decimal(.timeout, in: line)
    // Truncated like `idiag_inode`; the kernel's inode numbers of sockets have 32 bits. Every kernel writes a reference
    // count after it, so an inode at the end of a line is cut.
    inode = UInt32(truncatingIfNeeded: try columns.decimal(.inode, endsLine: false, in: line))
    drops = nil
    if hasDrops { try readDrops(&columns, isWhole, in: line) }
  }

  @inline(__always)
  private mutating func readDrops(
    _ columns: inout ProcNetColumns, _ isWhole: Bool, in line: Span<UInt8>
  ) throws(ProcNetFault) {
    // The reference count and the kernel's address of the socket, which is hashed.
    _ = columns.next(in: line)
    _ = columns.next(in: line)
    var rest = columns
    if rest.next(in: line).isEmpty { return }
    let value = try columns.decimal(.drops, in: line)
    if isWhole || columns.offset < line.count { drops = UInt32(truncatingIfNeeded: value) }
  }

  /// Stores the row in a value and overwrites all of it.
  @inline(__always)
  func store(_ protocol: TransportProtocol, _ family: AddressFamily, into socket: inout InetSocket) {
    // For SYN_RECV this column shows the user of the listener; sock_diag shows none.
    let isMinisocket =
      timerKind == SocketTimer.Kind.timeWait.rawValue || state == SocketState.timeWait.rawValue
      || (state == SocketState.synReceived.rawValue && inode == 0)
    socket.setProcNetRow(
      `protocol`, family, local: local, remote: remote, state: SocketState(rawValue: state),
      uid: isMinisocket ? 0 : uid, inode: inode)
    socket.receiveQueue = receiveQueue
    socket.sendQueue = sendQueue
    socket.timer = timerKind == 0 ? nil : timer
    // Set even if absent: otherwise the number of the previous row would remain and affect comparisons.
    socket.drops = drops
  }

  private var timer: SocketTimer {
    let kind = SocketTimer.Kind(rawValue: timerKind)
    // As in inet_sk_diag_fill, net/ipv4/inet_diag.c: these two count probes.
    let count = kind == .keepalive || kind == .persist ? probes : Int64(retransmits)
    return SocketTimer(kind, expiresMilliseconds: timerMilliseconds, retransmits: UInt8(clamping: count))
  }

  private var timerMilliseconds: UInt32 {
    // Old kernels print an expired time as a negative `long`, of 64 or of 32 bits.
    if timerTicks &>> 63 != 0 || timerTicks &>> 31 == 1 { return 0 }
    // `USER_HZ` is 100 wherever Swift runs.
    let (milliseconds, overflow) = timerTicks.multipliedReportingOverflow(by: 10)
    return overflow ? .max : UInt32(clamping: milliseconds)
  }
}
