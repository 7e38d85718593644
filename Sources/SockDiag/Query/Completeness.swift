/// Whether a result holds every socket that there was.
///
/// Even a complete dump is no snapshot: the kernel walks its tables while they change, and goes on between two
/// datagrams by position, so that under load a socket may be missed without any sign of it.
public struct Completeness: OptionSet, Hashable, Sendable {
  /// A bit for each defect.
  public let rawValue: UInt8

  /// Creates a value from its bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Nothing is known to be missing.
  public static let complete: Completeness = []
  /// The kernel says that its table changed under the dump. Kernel: `NLM_F_DUMP_INTR`.
  public static let interrupted = Completeness(rawValue: 1 << 0)
  /// The kernel dropped messages. Kernel: `ENOBUFS`, `NLMSG_OVERRUN`.
  public static let overrun = Completeness(rawValue: 1 << 1)
  /// A datagram was longer than the buffer. Kernel: `MSG_TRUNC`.
  public static let truncated = Completeness(rawValue: 1 << 2)
  /// A message or an attribute was malformed; what stood before it is there.
  public static let malformed = Completeness(rawValue: 1 << 3)
  /// The kernel's end of the dump never came.
  public static let unfinished = Completeness(rawValue: 1 << 4)
  /// The reader stopped.
  public static let stopped = Completeness(rawValue: 1 << 5)

  /// The source lacks some of the states that were asked for: `/proc/net` has no sockets that are only bound.
  public static let missingStates = Completeness(rawValue: 1 << 6)

  /// Of some sockets the record does not tell what the filter asks about, and they are left out: a mark without
  /// CAP_NET_ADMIN, a member of `tcp_info` that the kernel is too old for, what `/proc/net` does not have.
  public static let undecided = Completeness(rawValue: 1 << 7)

  /// Whether nothing is known to be missing.
  public var isComplete: Bool { isEmpty }

  /// Defects that another attempt may not have.
  static let worthRetrying: Completeness = [.interrupted, .overrun, .truncated, .unfinished]

  private static let explanations: [(Completeness, String)] = [
    (.interrupted, "the table changed under the dump"), (.overrun, "the kernel dropped messages"),
    (.truncated, "a datagram was longer than the buffer"), (.malformed, "a message was malformed"),
    (.unfinished, "the end of the dump never came"), (.stopped, "the reader stopped"),
    (.missingStates, "/proc/net has no sockets that are only bound"),
    (.undecided, "of some sockets it is not known what the filter asks about"),
  ]
}

extension Completeness: CustomStringConvertible {
  /// `complete`, or what is wrong.
  public var description: String {
    isEmpty
      ? "complete"
      : "partial: " + Self.explanations.filter { contains($0.0) }.map(\.1).joined(separator: ", ")
  }
}

/// What a reader of a stream wants next.
public enum DumpFlow: Sendable {
  /// The next socket.
  case `continue`
  /// No more. The rest is read and dropped before the next request.
  case stop
}
