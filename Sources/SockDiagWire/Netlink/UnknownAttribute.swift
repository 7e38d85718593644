/// An attribute that is not decoded, kept verbatim.
public struct UnknownAttribute: Hashable, Sendable {
  /// The kernel's number for the attribute.
  public var type: UInt16
  /// Its payload.
  public var payload: [UInt8]

  /// Creates an attribute from its parts.
  public init(type: UInt16, payload: [UInt8]) {
    self.type = type
    self.payload = payload
  }
}
