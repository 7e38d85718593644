/// The sockets of the calling thread's namespace, read from `/proc/thread-self/net`.
///
/// The laboratory waits for states by these tables, so it shares no code with the code under test.
package struct KernelTable {
  package struct Row {
    package var `protocol`: LabProtocol
    package var state: UInt8
    package var local: LabEndpoint
    package var remote: LabEndpoint
    package var sendQueue: Int
    package var receiveQueue: Int
    /// The running timer: 1 retransmit, 2 keepalive, 3 TIME_WAIT, 4 persist.
    package var timer: UInt8
    package var retransmits: Int
    package var inode: UInt64
    /// The number of datagrams that UDP dropped because the buffer was full.
    package var drops: Int
  }

  package var rows: [Row] = []

  /// Reads all TCP and UDP sockets that /proc shows. It shows no bound-inactive and no MPTCP sockets.
  package init() throws {
    for (file, kind) in [("tcp", LabProtocol.tcp), ("tcp6", .tcp), ("udp", .udp), ("udp6", .udp)] {
      let text = try FileSystem.read("/proc/thread-self/net/\(file)")
      for line in text.split(separator: UInt8(ascii: "\n")).dropFirst() {
        guard let row = Self.row(line, kind) else { throw LaboratoryError(.misuse, "read a row of /proc/net/\(file)") }
        rows.append(row)
      }
    }
  }

  private static func row(_ line: ArraySlice<UInt8>, _ kind: LabProtocol) -> Row? {
    let fields = line.split(separator: UInt8(ascii: " "))
    guard fields.count > 9, let local = endpoint(fields[1]), let remote = endpoint(fields[2]),
      let state = hexadecimal(fields[3]),
      let retransmits = hexadecimal(fields[6]), let inode = UInt64(String(decoding: fields[9], as: UTF8.self))
    else { return nil }
    let queues = fields[4].split(separator: UInt8(ascii: ":")).compactMap(hexadecimal)
    let timer = fields[5].split(separator: UInt8(ascii: ":")).compactMap(hexadecimal)
    guard queues.count == 2, timer.count == 2 else { return nil }
    return Row(
      protocol: kind,
      state: UInt8(truncatingIfNeeded: state),
      local: local,
      remote: remote,
      sendQueue: Int(queues[0]),
      receiveQueue: Int(queues[1]),
      timer: UInt8(truncatingIfNeeded: timer[0]),
      retransmits: Int(retransmits),
      inode: inode,
      drops: kind == .udp ? fields.last.flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? 0 : 0
    )
  }

  /// Reads an endpoint. The kernel prints an address as 32-bit words, and reads each word of network order in host
  /// order.
  private static func endpoint(_ field: ArraySlice<UInt8>) -> LabEndpoint? {
    let parts = field.split(separator: UInt8(ascii: ":"))
    guard parts.count == 2, let port = hexadecimal(parts[1]), parts[0].count % 8 == 0 else { return nil }
    var words: [UInt64] = []
    var rest = parts[0]
    while !rest.isEmpty {
      guard let word = hexadecimal(rest.prefix(8)) else { return nil }
      words.append(UInt64(UInt32(bigEndian: UInt32(truncatingIfNeeded: word))))
      rest = rest.dropFirst(8)
    }
    switch words.count {
    case 1: return LabEndpoint(LabAddress(isV6: false, high: 0, low: words[0]), UInt16(truncatingIfNeeded: port))
    case 4:
      return LabEndpoint(.v6(words[0] << 32 | words[1], words[2] << 32 | words[3]), UInt16(truncatingIfNeeded: port))
    default: return nil
    }
  }

  private static func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for digit in digits {
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(digit - UInt8(ascii: "0"))
      case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt64(digit - UInt8(ascii: "A") + 10)
      default: return nil
      }
    }
    return value
  }
}

extension KernelTable.Row: CustomStringConvertible {
  package var description: String {
    "\(`protocol`) \(LabState(rawValue: state).map(\.description) ?? "state \(state)") \(local) \(remote) timer \(timer)"
      + " inode \(inode)"
  }

  /// Whether this row matches the expected socket in all facts that /proc shows.
  func fulfils(_ expected: ExpectedSocket) -> Bool {
    `protocol` == expected.protocol && state == expected.state.rawValue
      && identity == Self.identity(expected.local, expected.remote)
      && expected.receiveQueue.map { $0 == receiveQueue } ?? true
      // /proc does not show the limit of the accept queue.
      && (expected.state == .listen || expected.sendQueue.map { $0 == sendQueue } ?? true)
      && expected.timer.map { $0.number == timer } ?? true
      && expected.isOrphan.map { $0 == (inode == 0) } ?? true
  }
}

extension ExpectedSocket.Timer {
  fileprivate var number: UInt8 {
    switch self {
    case .retransmit: 1
    case .keepAlive: 2
    case .timeWait: 3
    case .persist: 4
    }
  }
}

extension KernelTable.Row {
  struct Identity: Hashable {
    package var local: LabEndpoint
    package var remote: LabEndpoint
  }

  var identity: Identity { Identity(local: local, remote: remote) }

  /// The identity of a socket. It has no scope, because /proc prints none.
  static func identity(_ local: LabEndpoint, _ remote: LabEndpoint) -> Identity {
    Identity(local: local.withoutScope, remote: remote.withoutScope)
  }
}
