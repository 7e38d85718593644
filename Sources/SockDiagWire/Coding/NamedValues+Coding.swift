/// Values that are encoded as their names, as in records. A value without a name is encoded as its number.
///
/// Each type has the two members itself. A protocol cannot give them: these types have raw values, and Swift would encode
/// the raw value or refuse the extension.
extension Encoder {
  fileprivate func name(_ value: some CustomStringConvertible) throws {
    var container = singleValueContainer()
    try container.encode(value.description)
  }
}

extension Decoder {
  fileprivate func named<Value>(_ make: (String) -> Value?) throws -> Value {
    let container = try singleValueContainer()
    let name = try container.decode(String.self)
    guard let value = make(name) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(name)\" is not a known name")
    }
    return value
  }
}

extension AddressFamily: Codable {
  /// Reads a name, or a number as text.
  public init(from decoder: any Decoder) throws { self = try decoder.named(Self.init(name:)) }
  /// Writes the name.
  public func encode(to encoder: any Encoder) throws { try encoder.name(self) }
}

extension TransportProtocol: Codable {
  /// Reads a name, or a number as text.
  public init(from decoder: any Decoder) throws { self = try decoder.named(Self.init(name:)) }
  /// Writes the name.
  public func encode(to encoder: any Encoder) throws { try encoder.name(self) }
}

extension SocketState: Codable {
  /// Reads a name, or a number as text.
  public init(from decoder: any Decoder) throws { self = try decoder.named(Self.init(name:)) }
  /// Writes the name.
  public func encode(to encoder: any Encoder) throws { try encoder.name(self) }
}

extension SocketType: Codable {
  /// Reads a name, or a number as text.
  public init(from decoder: any Decoder) throws { self = try decoder.named(Self.init(name:)) }
  /// Writes the name.
  public func encode(to encoder: any Encoder) throws { try encoder.name(self) }
}

extension SocketDirection: Codable {
  /// Reads a name, or a number as text.
  public init(from decoder: any Decoder) throws { self = try decoder.named(Self.init(name:)) }
  /// Writes the name.
  public func encode(to encoder: any Encoder) throws { try encoder.name(self) }
}

extension SocketTimer.Kind: Codable {
  /// Reads a name, or a number as text.
  public init(from decoder: any Decoder) throws { self = try decoder.named(Self.init(name:)) }
  /// Writes the name.
  public func encode(to encoder: any Encoder) throws { try encoder.name(self) }
}

extension NetlinkFamily: Codable {
  /// Reads a name, or a number as text.
  public init(from decoder: any Decoder) throws { self = try decoder.named(Self.init(name:)) }
  /// Writes the name.
  public func encode(to encoder: any Encoder) throws { try encoder.name(self) }
}

extension LinkProtocol: Codable {
  /// Reads a name, or a number as text.
  public init(from decoder: any Decoder) throws { self = try decoder.named(Self.init(name:)) }
  /// Writes the name.
  public func encode(to encoder: any Encoder) throws { try encoder.name(self) }
}

extension SMCState: Codable {
  /// Reads a name, or a number as text.
  public init(from decoder: any Decoder) throws { self = try decoder.named(Self.init(name:)) }
  /// Writes the name.
  public func encode(to encoder: any Encoder) throws { try encoder.name(self) }
}

extension AddressPrefix: Codable {
  /// Reads `ADDRESS` or `ADDRESS/LENGTH`.
  public init(from decoder: any Decoder) throws { self = try decoder.named { AddressPrefix($0) } }
  /// Writes `ADDRESS` or `ADDRESS/LENGTH`.
  public func encode(to encoder: any Encoder) throws { try encoder.name(self) }
}
