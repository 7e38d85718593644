/// Names for the numbers in an endpoint.
public protocol EndpointNames {
  /// Appends the name of a network interface, or its index.
  mutating func appendInterface(_ index: UInt32, to text: inout [UInt8])
}

/// Numbers instead of names.
public struct NumericEndpointNames: EndpointNames {
  /// Creates the value.
  public init() {}

  /// Appends the index of a network interface.
  public mutating func appendInterface(_ index: UInt32, to text: inout [UInt8]) { text.appendDecimal(UInt64(index)) }
}
