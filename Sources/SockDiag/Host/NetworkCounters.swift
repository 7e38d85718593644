/// The kernel's counters about TCP beyond single sockets.
///
/// They are read from `/proc/thread-self/net` (since Linux 3.17) or `/proc/PID/net`. A counter that the kernel does not have
/// is `nil`. Counters start when the namespace is made, so only the rise between
/// two values shows current events; the other members are current values. ``orphans``, ``tcpAllocated`` and
/// ``tcpMemoryPages`` are those of the whole host, in every namespace.
public struct NetworkCounters: Hashable, Sendable, Codable {
  /// Requests and completed connections that found the accept queue of their listener full. Kernel: `ListenOverflows`
  /// (`LINUX_MIB_LISTENOVERFLOWS`, linux/snmp.h).
  public var listenOverflows: UInt64?
  /// Requests and connections that a listener dropped for any reason: an overflow counts here too, and so does a lack
  /// of memory or of a route. Kernel: `ListenDrops` (`LINUX_MIB_LISTENDROPS`, linux/snmp.h).
  public var listenDrops: UInt64?
  /// Connections that were closed without TIME_WAIT because there were too many in it. Kernel: `TCPTimeWaitOverflow`
  /// (`LINUX_MIB_TCPTIMEWAITOVERFLOW`, linux/snmp.h).
  public var timeWaitOverflows: UInt64?
  /// Connections without descriptor that were reset because there were too many of them, or too little memory. Kernel:
  /// `TCPAbortOnMemory` (`LINUX_MIB_TCPABORTONMEMORY`, linux/snmp.h).
  public var abortsOnMemory: UInt64?
  /// Requests that were dropped because the queue of requests of a listener was full. Kernel: `TCPReqQFullDrop`
  /// (`LINUX_MIB_TCPREQQFULLDROP`, linux/snmp.h).
  public var requestQueueFullDrops: UInt64?
  /// Requests that were answered with a cookie because that queue was full. Kernel: `TCPReqQFullDoCookies`
  /// (`LINUX_MIB_TCPREQQFULLDOCOOKIES`, linux/snmp.h).
  public var requestQueueFullCookies: UInt64?
  /// Connections whose TIME_WAIT expired. Kernel: `TW` (`LINUX_MIB_TIMEWAITED`, linux/snmp.h).
  public var timeWaitsEnded: UInt64?
  /// Connections whose TIME_WAIT was cut short for a new one that `connect` made. Kernel: `TWRecycled`
  /// (`LINUX_MIB_TIMEWAITRECYCLED`, linux/snmp.h).
  public var timeWaitsRecycled: UInt64?
  /// Connections whose TIME_WAIT was a short one, of at most four seconds. Kernel: `TWKilled`
  /// (`LINUX_MIB_TIMEWAITKILLED`, linux/snmp.h).
  public var timeWaitsKilled: UInt64?
  /// Attempts to connect that failed, and requests that were reset. `/proc/net/snmp`: `Tcp: AttemptFails`.
  public var failedConnections: UInt64?
  /// Connections that ended by a reset. `/proc/net/snmp`: `Tcp: EstabResets`.
  public var resetConnections: UInt64?
  /// TCP segments sent, without those sent again. `/proc/net/snmp`: `Tcp: OutSegs`.
  public var segmentsSent: UInt64?
  /// TCP segments sent again. `/proc/net/snmp`: `Tcp: RetransSegs`.
  public var segmentsRetransmitted: UInt64?
  /// IPv4 UDP datagrams dropped because the receive buffer of their socket was full. `/proc/net/snmp`: `Udp: RcvbufErrors`.
  public var udpBufferDrops: UInt64?
  /// IPv6 UDP datagrams likewise. `/proc/net/snmp6`: `Udp6RcvbufErrors`. `nil` without IPv6.
  public var udp6BufferDrops: UInt64?

  /// IPv4 TCP sockets of this namespace in all states but TIME_WAIT and SYN_RECV. `/proc/net/sockstat`: `TCP: inuse`.
  public var tcpInUse: UInt64?
  /// IPv6 TCP sockets likewise. `/proc/net/sockstat6`: `TCP6: inuse`. `nil` without IPv6.
  public var tcp6InUse: UInt64?
  /// TCP sockets of the host that no descriptor refers to any more, except minisockets. `/proc/net/sockstat`: `TCP:
  /// orphan`.
  public var orphans: UInt64?
  /// TCP sockets of this namespace in TIME_WAIT and, without descriptor, in FIN_WAIT2, of both families.
  /// `/proc/net/sockstat`: `TCP: tw`.
  public var timeWaits: UInt64?
  /// TCP sockets of the host. `/proc/net/sockstat`: `TCP: alloc`.
  public var tcpAllocated: UInt64?
  /// Memory in the buffers of the host's TCP sockets, in pages. `/proc/net/sockstat`: `TCP: mem`.
  public var tcpMemoryPages: UInt64?

  private init() {}

  /// Creates counters that are all unknown, to fill in.
  public static var unknown: NetworkCounters { NetworkCounters() }

  /// Reads the counters of the network namespace of the calling thread.
  ///
  /// - Parameter procRoot: Where proc is mounted.
  public init(procRoot: String = "/proc") {
    self.init()
    read(ProcNet.directory(procRoot, nil))
  }

  /// Reads the counters of a network namespace: inside it or, if this user may not enter it, through one of its processes.
  ///
  /// - Throws: ``SockDiagError``: the code ``SockDiagError/Code/namespaceForbidden`` or ``SockDiagError/Code/namespaceGone``.
  public init(in namespace: NetworkNamespace) throws(SockDiagError) {
    self.init()
    do throws(SockDiagError) {
      self = try namespace.perform { NetworkCounters(procRoot: "/proc") }
    } catch {
      guard error.code == .namespaceForbidden, namespace.processes.contains(where: namespace.isOf) else { throw error }
      let place = ProcNetPlace(of: namespace, isForbidden: true)
      try place.read { root, process in read(ProcNet.directory(root, process)) }
    }
  }

  private mutating func read(_ directory: String) {
    for name in ["netstat", "snmp"] {
      if let text = ProcText.read(directory + name) { readCounters(text) }
    }
    if let text = ProcText.read(directory + "snmp6") { readIPv6Counters(text) }
    guard let tally = SocketTally(directory) else { return }
    for (name, figure) in Self.figures { self[keyPath: figure] = tally[name] }
  }
}

extension NetworkCounters {
  /// Pairs of lines with the same first word: names, and numbers below them.
  private mutating func readCounters(_ text: [UInt8]) {
    let lines = text.split(separator: 0x0a).map(\.words)
    for (names, numbers) in zip(lines, lines.dropFirst()) {
      guard let title = names.first, numbers.first == title,
        let counters = Self.counters[String(decoding: title, as: UTF8.self)]
      else { continue }
      for (name, number) in zip(names, numbers).dropFirst() {
        guard let counter = counters[String(decoding: name, as: UTF8.self)] else { continue }
        self[keyPath: counter] = number.decimal()
      }
    }
  }

  /// A line for each counter.
  private mutating func readIPv6Counters(_ text: [UInt8]) {
    let name = Array("Udp6RcvbufErrors".utf8)
    for line in text.split(separator: 0x0a).map(\.words) where line.count == 2 && line[0] == name {
      udp6BufferDrops = line[1].decimal()
    }
  }

  private typealias Member = any WritableKeyPath<NetworkCounters, UInt64?> & Sendable

  private static let counters: [String: [String: Member]] = [
    "TcpExt:": [
      "ListenOverflows": \.listenOverflows, "ListenDrops": \.listenDrops, "TCPTimeWaitOverflow": \.timeWaitOverflows,
      "TCPAbortOnMemory": \.abortsOnMemory, "TCPReqQFullDrop": \.requestQueueFullDrops,
      "TCPReqQFullDoCookies": \.requestQueueFullCookies, "TW": \.timeWaitsEnded, "TWRecycled": \.timeWaitsRecycled,
      "TWKilled": \.timeWaitsKilled,
    ],
    "Tcp:": [
      "AttemptFails": \.failedConnections, "EstabResets": \.resetConnections, "OutSegs": \.segmentsSent,
      "RetransSegs": \.segmentsRetransmitted,
    ],
    "Udp:": ["RcvbufErrors": \.udpBufferDrops],
  ]

  private static let figures: [String: Member] = [
    "TCP: inuse": \.tcpInUse, "TCP: orphan": \.orphans, "TCP: tw": \.timeWaits, "TCP: alloc": \.tcpAllocated,
    "TCP: mem": \.tcpMemoryPages, "TCP6: inuse": \.tcp6InUse,
  ]
}
