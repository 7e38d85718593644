/// A number that a filter compares: a count, an amount of bytes, or an identity.
///
/// Figures are compared here, on the replies, because the kernel's filter supports none of them. A socket may lack a figure: a
/// listener has no congestion window. Then no comparison matches, not even `!=`.
public struct FilterFigure: Hashable, Sendable {
  enum Source: Hashable, Sendable {
    case uid, inode, cookie, receiveQueue, sendQueue
    /// A member of `tcp_info`, by its place in the table of members.
    case tcpMember(Int)
  }

  /// The meaning of one count.
  enum Unit: UInt64, Sendable { case one = 0, microseconds = 1, milliseconds = 1000 }

  /// The name in a filter: that of the kernel's field if it is a member of `tcp_info`.
  public let name: String
  let source: Source
  let unit: Unit

  init(_ name: String, _ source: Source, _ unit: Unit = .one) {
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
  /// ``InetSocket/receiveQueue``; on a listener, the connections that wait for `accept`.
  public static let receiveQueue = FilterFigure("recv-q", .receiveQueue)
  /// ``InetSocket/sendQueue``; on a listener, how many connections may wait.
  public static let sendQueue = FilterFigure("send-q", .sendQueue)

  /// Whether it is a time, compared in microseconds.
  package var isTime: Bool { unit != .one }
}

extension FilterFigure {
  /// What a socket's record says about a figure.
  enum Reading: Hashable {
    case value(UInt64)
    /// A socket of this kind does not have the figure.
    case none
    /// The socket may have the figure, but the record does not contain it.
    case unknown

    /// Whether the number lies in a range; `nil` if it is not known. A socket without the number satisfies no comparison.
    @inline(__always)
    func isWithin(_ range: ClosedRange<UInt64>) -> Bool? {
      switch self {
      case .value(let value): range.contains(value)
      case .none: false
      case .unknown: nil
      }
    }
  }
}
