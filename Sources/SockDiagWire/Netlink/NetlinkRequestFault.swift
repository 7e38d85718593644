/// The reason why a request cannot be encoded.
///
/// A request type of your own throws one of the static members, or a fault with a code of its own.
public struct NetlinkRequestFault: DescribedError, Hashable, Sendable, Codable {
  /// The kind of a fault. Later versions may add kinds.
  public struct Code: RawRepresentable, Hashable, Sendable, Codable {
    /// The name of the fault.
    public let rawValue: String

    /// Creates a code from its name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// An attribute is longer than its 16-bit length can say.
    public static let attributeTooLong = Code(rawValue: "attribute-too-long")
    /// The request would destroy whichever socket the kernel finds first at its addresses.
    public static let destroyWithoutCookie = Code(rawValue: "destroy-without-cookie")
    /// The request asks for the socket with inode 0, which no socket has.
    public static let socketWithoutInode = Code(rawValue: "socket-without-inode")
  }

  /// The kind of the fault.
  public var code: Code
  /// The fault, and after a semicolon how to fix it.
  public var explanation: String

  /// Creates a fault.
  public init(_ code: Code, _ explanation: String) {
    self.code = code
    self.explanation = explanation
  }

  /// An attribute is longer than its 16-bit length can say.
  public static let attributeTooLong = NetlinkRequestFault(
    .attributeTooLong, "an attribute is longer than 65,531 bytes; ask for less at once")
  /// The request would destroy whichever socket the kernel finds first at its addresses.
  public static let destroyWithoutCookie = NetlinkRequestFault(
    .destroyWithoutCookie, "the record has no cookie; read the socket through sock_diag, not from /proc/net")
  /// The request asks for the socket with inode 0, which no socket has.
  public static let socketWithoutInode = NetlinkRequestFault(.socketWithoutInode, "no socket has inode 0")
}

extension NetlinkRequestFault {
  /// 0: the kernel was not asked.
  public var errno: Int32 { 0 }

  /// How to fix it: the end of the explanation.
  public var suggestion: String? { ExplanationParts.suggestion(in: explanation) }

  /// The fault in one sentence.
  public var description: String { explanation }
}
