/// A number that a filter compares: a count, an amount of bytes, or an identity.
///
/// Figures are compared here, on the replies, because the kernel's filter supports none of them. If a socket does not
/// have the figure, as a listener has no congestion window, no comparison matches, not even `!=`.
public struct FilterFigure: Hashable, Sendable {
  enum Source: Hashable, Sendable {
    case uid, inode, cookie, receiveQueue, sendQueue
    case tcpInfo(offset: Int, width: TCPInfo.Width)
  }

  /// The meaning of one count.
  enum Unit: UInt64, Sendable { case one = 0, microseconds = 1, milliseconds = 1000 }

  /// The name in a filter: that of the kernel's field if it is a member of `tcp_info`.
  public let name: String
  let source: Source
  let unit: Unit

  private init(_ name: String, _ source: Source, _ unit: Unit = .one) {
    self.name = name
    self.source = source
    self.unit = unit
  }

  /// The user who made the socket: ``InetSocket/uid``.
  public static let userID = FilterFigure("uid", .uid)
  /// ``InetSocket/inode``.
  public static let inode = FilterFigure("inode", .inode)
  /// ``InetSocket/cookie``.
  public static let cookie = FilterFigure("cookie", .cookie)
  /// ``TCPInfo/smoothedRTT``, in microseconds.
  static let smoothedRTT = FilterFigure("rtt", .tcpInfo(offset: 68, width: .u32), .microseconds)
  /// ``InetSocket/receiveQueue``; on a listener, the connections that wait for `accept`.
  public static let receiveQueue = FilterFigure("recv-q", .receiveQueue)
  /// ``InetSocket/sendQueue``; on a listener, how many connections may wait.
  public static let sendQueue = FilterFigure("send-q", .sendQueue)

  /// Every figure by its name, in the order used in messages.
  package static let all: [FilterFigure] = {
    // Bits and names are not figures to compare.
    let others = ["state", "options"]
    return [userID, inode, cookie, receiveQueue, sendQueue]
      + TCPInfo.fields.filter { !others.contains($0.key) }.map(member)
  }()

  private static let byName = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

  /// Creates a figure from its name: `uid`, `inode`, `cookie`, `recv-q`, `send-q`, or a member of `tcp_info` such as
  /// `total_retrans`.
  public init?(name: String) {
    guard let figure = Self.byName[name] else { return nil }
    self = figure
  }

  /// A member of `tcp_info`; its key ends in its unit.
  private static func member(_ field: TCPInfo.Field) -> FilterFigure {
    let source = Source.tcpInfo(offset: field.offset, width: field.width)
    for (suffix, unit) in [("_us", Unit.microseconds), ("_ms", .milliseconds), ("_bytes_per_second", .one)]
    where field.key.hasSuffix(suffix) {
      return FilterFigure(String(field.key.dropLast(suffix.utf8.count)), source, unit)
    }
    return FilterFigure(field.key, source)
  }

  /// Whether it is a time, compared in microseconds.
  package var isTime: Bool { unit != .one }

  /// Whether it is reported only with ``InetDetails/tcpInfo``.
  package var isInTCPInfo: Bool { if case .tcpInfo = source { true } else { false } }
}

extension FilterFigure {
  enum Reading: Hashable {
    case value(UInt64)
    /// A socket of this kind does not have the figure.
    case none
    /// The socket may have the figure, but the record does not contain it.
    case unknown
  }

  func read(_ socket: InetSocket) -> Reading {
    switch source {
    // An event omits the user of a socket.
    case .uid: socket.uid.map { .value(UInt64($0)) } ?? (socket.isMinisocket ? .none : .unknown)
    case .inode: .value(UInt64(socket.inode))
    case .cookie: socket.cookie.map { .value($0.rawValue) } ?? .unknown
    case .receiveQueue: .value(UInt64(socket.receiveQueue))
    case .sendQueue:
      socket.state == .listen && socket.acceptQueueLimit == nil ? .unknown : .value(UInt64(socket.sendQueue))
    case .tcpInfo(let offset, let width): readTCPInfo(offset, width, socket)
    }
  }

  /// All that the kernel fills in for a listener: unacked, sacked, snd_cwnd, reordering and the pacing rates
  /// (tcp_get_info, net/ipv4/tcp.c). Its other members are zero and have no meaning.
  private static let membersOfListeners: Set<Int> = [24, 28, 80, 88, 104, 112]
  /// `tcpi_min_rtt`, all ones before the first measurement.
  private static let minimumRTT = 148

  private func readTCPInfo(_ offset: Int, _ width: TCPInfo.Width, _ socket: InetSocket) -> Reading {
    // Read in place: copying the structure costs more than everything else here.
    guard !socket.boxedAttributes.isEmpty, socket.boxedAttributes[0].tcpInfo.byteCount > 0 else {
      let hasNone = socket.protocol == .udp || socket.isMinisocket || socket.state == .boundInactive
      return hasNone ? .none : .unknown
    }
    if socket.state == .listen, !Self.membersOfListeners.contains(offset) { return .none }
    guard let value = socket.boxedAttributes[0].tcpInfo.value(at: offset, width) else { return .unknown }
    if offset == Self.minimumRTT, value == UInt32.max { return .none }
    let (product, isTooLarge) = value.multipliedReportingOverflow(by: max(unit.rawValue, 1))
    return .value(isTooLarge ? .max : product)
  }
}
