/// An address of another library.
public struct SocketAddress: Sendable {
  /// The address.
  public var text: String

  /// Creates an address.
  public init(_ text: String) { self.text = text }
}
