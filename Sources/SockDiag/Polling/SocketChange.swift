/// What a tracker says about a socket. Later versions may add values.
public struct SocketChange: RawRepresentable, Hashable, Sendable {
  /// The number.
  public let rawValue: UInt8

  /// Creates a change from its number.
  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Whether the numbers are equal.
  @inlinable
  public static func == (left: SocketChange, right: SocketChange) -> Bool { left.rawValue == right.rawValue }

  /// The socket was not there at the last look.
  @inlinable public static var appeared: SocketChange { SocketChange(rawValue: 0) }
  /// Nothing that matters differs from the last look.
  @inlinable public static var continued: SocketChange { SocketChange(rawValue: 1) }
  /// Its state, its queues or its counters differ from the last look.
  @inlinable public static var changed: SocketChange { SocketChange(rawValue: 2) }
  /// It disconnected and was used again. Its counters started anew, so there is no difference to the last look.
  @inlinable public static var reset: SocketChange { SocketChange(rawValue: 3) }
  /// It is gone, or no longer matches the query. A connection ends when its TIME_WAIT record begins; that record is
  /// tracked as a socket of its own.
  @inlinable public static var ended: SocketChange { SocketChange(rawValue: 4) }

  private static let names = ["appeared", "continued", "changed", "reset", "ended"]
}

extension SocketChange: CustomStringConvertible {
  /// The name, or the number if a later version added the value.
  public var description: String {
    Int(rawValue) < Self.names.count ? Self.names[Int(rawValue)] : String(rawValue)
  }
}

extension SocketChange: Codable {
  /// Reads a name, or a number as text.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let name = try container.decode(String.self)
    guard let number = Self.names.firstIndex(of: name).map({ UInt8($0) }) ?? UInt8(name) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(name)\" is not a change")
    }
    self.init(rawValue: number)
  }

  /// Writes the name.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
