/// A fault in bytes that should be netlink messages.
///
/// It gives the offset, what was found and what was expected, so that the fault can be found with a hex dump.
public struct WireError: DescribedError, Hashable, Sendable, Codable {
  /// The kind of a fault. Later versions may add kinds.
  public struct Code: RawRepresentable, Hashable, Sendable, Codable {
    /// The name of the fault.
    public let rawValue: String

    /// Creates a code from its name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A message header is cut, or its length is smaller than a header or larger than the available bytes.
    public static let messageLength = Code(rawValue: "message-length")
    /// An attribute's length is smaller than its header or larger than the available bytes.
    public static let attributeLength = Code(rawValue: "attribute-length")
    /// A message is too short for the structure of its type.
    public static let structureLength = Code(rawValue: "structure-length")
    /// The bytes have no supported format.
    public static let unknownFormat = Code(rawValue: "unknown-format")
    /// The file is a pcap, but its packets are not netlink messages.
    public static let linkType = Code(rawValue: "link-type")
    /// The file ends inside a packet.
    public static let cutShort = Code(rawValue: "cut-short")
  }

  /// The kind of the fault.
  public var code: Code
  /// The offset of the fault, in bytes from the start of the datagram or file.
  public var offset: Int
  /// What was found, what was expected and, if known, the remedy.
  public var explanation: String

  /// Creates an error. Allocates if the explanation is longer than 15 bytes and not a literal.
  public init(_ code: Code, at offset: Int, _ explanation: String) {
    self.code = code
    self.offset = offset
    self.explanation = explanation
  }
}

extension WireError {
  /// 0: bytes have no errno.
  public var errno: Int32 { 0 }

  /// How to fix it: the end of the explanation, or what helps with a file that is not whole.
  public var suggestion: String? {
    ExplanationParts.suggestion(in: explanation)
      ?? ([.emptyFile, .cutShort].contains(code) ? "copy or record it again" : nil)
  }

  /// The explanation with the suggestion.
  package var reason: String {
    guard let suggestion, !explanation.hasSuffix(suggestion) else { return explanation }
    return "\(explanation); \(suggestion)"
  }

  /// The fault in one sentence.
  public var description: String { "byte \(offset): \(reason)" }
}
