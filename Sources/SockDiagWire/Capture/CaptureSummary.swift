/// What was found in a capture besides its sockets.
public struct CaptureSummary: Hashable, Sendable {
  /// Packets read, those of other netlink families too.
  public var packets = 0
  /// Sockets handed out and decoded.
  public var sockets = 0
  /// Dumps whose end is in the capture and says success.
  public var dumpsCompleted = 0
  /// Dumps whose end is not in the capture, although sockets of them are.
  public var dumpsUnfinished = 0
  /// Packets of which some bytes are missing. What is there was decoded.
  public var truncatedPackets = 0
  /// All that is wrong with messages, counted.
  public var faultCount = 0
  /// How many of these are requests that the kernel refused.
  public var refusals = 0
  /// What is wrong with messages: the first ones, up to the decoder's limit.
  public var faults: [CaptureFault] = []
  /// Packets of other parts of the kernel, which an nlmon device shows too.
  public var otherNetlinkFamilies: [NetlinkFamily: Int] = [:]
  /// Sockets handed out undecoded, by family.
  public var otherFamilies: [AddressFamily: Int] = [:]
  /// Messages that are neither sockets, requests for them nor the end of a dump.
  public var otherMessages = 0
  /// Whether the kernel says that its table changed under a dump. Kernel: `NLM_F_DUMP_INTR`.
  public var isInterrupted = false
  /// Whether the kernel says that it dropped messages. Kernel: `NLMSG_OVERRUN`.
  public var isOverrun = false
  /// Why the rest of the capture could not be read.
  public var failure: WireError?

  /// Creates the summary of nothing.
  public init() {}

  /// Whether nothing is known to be missing. Other families do not matter, nor that the kernel refused a request.
  public var isComplete: Bool {
    failure == nil && truncatedPackets == 0 && dumpsUnfinished == 0 && !isInterrupted && !isOverrun
      && faultCount == refusals
  }
}

/// What is wrong with one message of a capture.
public struct CaptureFault: Hashable, Sendable {
  /// The kind of a fault.
  public enum Kind: Hashable, Sendable {
    /// The bytes make no sense.
    case malformed(WireError)
    /// The kernel refused a request of this protocol, which is unspecified where the request was not captured.
    case refusal(NetlinkVerdict, TransportProtocol)
  }

  /// Where the fault is, in bytes from the start of the capture.
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
