/// The known defects of a result: none if it contains every socket.
///
/// Even a complete dump is not a snapshot. The kernel walks its tables while they change, and continues by position
/// between two datagrams. So under load it may miss a socket without any sign.
public struct DumpDefects: OptionSet, Hashable, Sendable, Codable {
  /// A bit for each defect.
  public let rawValue: UInt8

  /// Creates a value from its bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// No defect: nothing is known to be missing.
  public static let complete: DumpDefects = []
  /// The kernel reports that its table changed during the dump. Kernel: `NLM_F_DUMP_INTR`.
  public static let interrupted = DumpDefects(rawValue: 1 << 0)
  /// The kernel dropped messages. Kernel: `ENOBUFS`, `NLMSG_OVERRUN`.
  public static let overrun = DumpDefects(rawValue: 1 << 1)
  /// A datagram was longer than the buffer. Kernel: `MSG_TRUNC`.
  public static let truncated = DumpDefects(rawValue: 1 << 2)
  /// A message or an attribute was malformed; the data before it is included.
  public static let malformed = DumpDefects(rawValue: 1 << 3)
  /// The end of the dump did not arrive.
  public static let unfinished = DumpDefects(rawValue: 1 << 4)
  /// The reader stopped.
  public static let stopped = DumpDefects(rawValue: 1 << 5)

  /// The source lacks some of the requested states: `/proc/net` has no sockets that are only bound.
  public static let missingStates = DumpDefects(rawValue: 1 << 6)

  /// The filter could not be decided for some sockets, which are left out: their records lack a mark (without
  /// CAP_NET_ADMIN), a member of `tcp_info` (on an older kernel), or a field that `/proc/net` does not have.
  public static let undecided = DumpDefects(rawValue: 1 << 7)

  /// Whether nothing is known to be missing.
  public var isComplete: Bool { isEmpty }

  /// Defects that another attempt may not have.
  package static let worthRetrying: DumpDefects = [.interrupted, .overrun, .truncated, .unfinished]

  private static let explanations: [(DumpDefects, String)] = [
    (.interrupted, "the table changed under the dump"), (.overrun, "the kernel dropped messages"),
    (.truncated, "a datagram was longer than the buffer"), (.malformed, "a message was malformed"),
    (.unfinished, "the end of the dump never came"), (.stopped, "the reader stopped"),
    (.missingStates, "/proc/net has no sockets that are only bound"),
    (.undecided, "of some sockets it is not known what the filter asks about"),
  ]
}

extension DumpDefects: CustomStringConvertible {
  /// `complete`, or the defects.
  public var description: String {
    isEmpty
      ? "complete"
      : "partial: " + Self.explanations.filter { contains($0.0) }.map(\.1).joined(separator: ", ")
  }
}

/// Whether a reader of a stream continues.
public enum DumpFlow: Sendable {
  /// The next socket.
  case `continue`
  /// No more sockets. The rest is read and dropped before the next request.
  case stop
}
