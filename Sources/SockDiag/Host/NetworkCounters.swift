/// The kernel's counters about TCP beyond single sockets.
///
/// They are read from `/proc/thread-self/net` (since Linux 3.17): the network namespace of the calling thread. A
/// counter that the kernel does not have is `nil`. Counters start when the namespace is made, so only the rise between
/// two values shows current events; the other members are current values. ``orphans``, ``tcpAllocated`` and
/// ``tcpMemoryPages`` are those of the whole host, in every namespace.
public struct NetworkCounters: Hashable, Sendable {
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
    let directory = procRoot + "/thread-self/net/"
    if let text = ProcText.read(directory + "netstat") { readCounters(text) }
    for name in ["sockstat", "sockstat6"] {
      if let text = ProcText.read(directory + name) { readFigures(text) }
    }
  }
}

extension NetworkCounters {
  /// Pairs of lines with the same first word: names, and numbers below them.
  private mutating func readCounters(_ text: [UInt8]) {
    let lines = text.split(separator: 0x0a).map(\.words)
    let title = Array("TcpExt:".utf8)
    for (names, numbers) in zip(lines, lines.dropFirst()) where names.first == title && numbers.first == title {
      for (name, number) in zip(names, numbers).dropFirst() {
        guard let counter = Self.counters[String(decoding: name, as: UTF8.self)] else { continue }
        self[keyPath: counter] = number.decimal()
      }
    }
  }

  /// Lines with a title, followed by names and numbers alternately.
  private mutating func readFigures(_ text: [UInt8]) {
    for line in text.split(separator: 0x0a) {
      let words = line.words
      guard let title = words.first.map({ String(decoding: $0, as: UTF8.self) }) else { continue }
      for index in stride(from: 1, to: words.count - 1, by: 2) {
        let name = "\(title) \(String(decoding: words[index], as: UTF8.self))"
        guard let figure = Self.figures[name] else { continue }
        self[keyPath: figure] = words[index + 1].decimal()
      }
    }
  }

  private typealias Member = any WritableKeyPath<NetworkCounters, UInt64?> & Sendable

  private static let counters: [String: Member] = [
    "ListenOverflows": \.listenOverflows, "ListenDrops": \.listenDrops, "TCPTimeWaitOverflow": \.timeWaitOverflows,
    "TCPAbortOnMemory": \.abortsOnMemory, "TCPReqQFullDrop": \.requestQueueFullDrops,
    "TCPReqQFullDoCookies": \.requestQueueFullCookies, "TW": \.timeWaitsEnded, "TWRecycled": \.timeWaitsRecycled,
    "TWKilled": \.timeWaitsKilled,
  ]

  private static let figures: [String: Member] = [
    "TCP: inuse": \.tcpInUse, "TCP: orphan": \.orphans, "TCP: tw": \.timeWaits, "TCP: alloc": \.tcpAllocated,
    "TCP: mem": \.tcpMemoryPages, "TCP6: inuse": \.tcp6InUse,
  ]
}
