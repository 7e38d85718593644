/// What a capture contains besides its sockets.
public struct CaptureSummary: Hashable, Sendable {
  /// Packets read, including those of other netlink families.
  public var packets = 0
  /// Sockets handed out and decoded.
  public var sockets = 0
  /// Dumps whose end is in the capture and reports success.
  public var dumpsCompleted = 0
  /// Dumps with sockets in the capture but no end.
  public var dumpsUnfinished = 0
  /// Packets with missing bytes. The existing bytes were decoded.
  public var truncatedPackets = 0
  /// The number of faults in messages.
  public var faultCount = 0
  /// The number of these faults that are requests that the kernel refused.
  public var refusals = 0
  /// The first faults, up to the decoder's limit.
  public var faults: [CaptureFault] = []
  /// Packets of other netlink families, which an nlmon device captures too.
  public var otherNetlinkFamilies: [NetlinkFamily: Int] = [:]
  /// Sockets handed out undecoded, by family.
  public var otherFamilies: [AddressFamily: Int] = [:]
  /// Messages that are not sockets, requests for sockets or the end of a dump.
  public var otherMessages = 0
  /// Whether the kernel reports that its table changed during a dump. Kernel: `NLM_F_DUMP_INTR`.
  public var isInterrupted = false
  /// Whether the kernel reports that it dropped messages. Kernel: `NLMSG_OVERRUN`.
  public var isOverrun = false
  /// The reason why the rest of the capture could not be read.
  public var failure: WireError?

  /// Creates an empty summary.
  public init() {}

  /// Whether nothing is known to be missing. Other families and refused requests do not matter.
  public var isComplete: Bool {
    failure == nil && truncatedPackets == 0 && dumpsUnfinished == 0 && !isInterrupted && !isOverrun
      && faultCount == refusals
  }
}

/// A fault in one message of a capture.
public struct CaptureFault: Hashable, Sendable {
  /// The kind of a fault.
  #if hasAttribute(nonexhaustive)
    @nonexhaustive
  #endif
  public enum Kind: Hashable, Sendable {
    /// The bytes are invalid.
    case malformed(WireError)
    /// The kernel refused a request for this protocol, which is unspecified if the request was not captured.
    case refusal(NetlinkVerdict, TransportProtocol)
  }

  /// The offset of the fault, in bytes from the start of the capture.
  public var offset: Int
  /// What is wrong.
  public var kind: Kind

  /// Creates a fault.
  public init(at offset: Int, _ kind: Kind) {
    self.offset = offset
    self.kind = kind
  }
}

extension CaptureFault: CustomStringConvertible {
  /// The fault in one sentence.
  public var description: String {
    switch kind {
    case .malformed(let error): return "byte \(offset): \(error.explanation)"
    case .refusal(let verdict, let `protocol`):
      let words = verdict.message.map { " (\($0))" } ?? ""
      let what = `protocol` == .unspecified ? "a request" : "a request for \(`protocol`) sockets"
      return "byte \(offset): the kernel refused \(what) with errno \(verdict.errno)\(words)"
    }
  }
}
