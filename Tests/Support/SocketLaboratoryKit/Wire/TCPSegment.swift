public import SocketLaboratory

/// The flags of a TCP header, as bits of its 14th byte.
public struct TCPFlags: OptionSet, Sendable, Hashable {
  /// The bits.
  public let rawValue: UInt8
  /// Flags by their bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// No more data will come.
  public static let fin = TCPFlags(rawValue: 0x01)
  /// A connection is asked for.
  public static let syn = TCPFlags(rawValue: 0x02)
  /// The connection is void.
  public static let rst = TCPFlags(rawValue: 0x04)
  /// Hand the data over at once.
  public static let psh = TCPFlags(rawValue: 0x08)
  /// The acknowledgement number counts.
  public static let ack = TCPFlags(rawValue: 0x10)
}

/// A TCP segment between two endpoints, as much of it as a scripted peer needs.
public struct TCPSegment: Sendable, Hashable {
  /// The sender.
  public var source: LabEndpoint
  /// For whom it is.
  public var destination: LabEndpoint
  /// The number of the first byte.
  public var sequence: UInt32
  /// The number of the next byte expected.
  public var acknowledgement: UInt32
  /// The flags.
  public var flags: TCPFlags
  /// The window, unscaled.
  public var window: UInt16
  /// The bytes carried.
  public var payload: [UInt8]

  /// The number after this segment: SYN and FIN count as a byte each.
  public var end: UInt32 {
    sequence &+ UInt32(truncatingIfNeeded: payload.count) &+ (flags.contains(.syn) ? 1 : 0)
      &+ (flags.contains(.fin) ? 1 : 0)
  }
}

extension TCPSegment {
  private static let protocolNumber: UInt8 = 6

  /// The segment as an IP packet with correct checksums.
  func packet() -> [UInt8] {
    let addresses = source.address.bytes + destination.address.bytes
    // A SYN offers a maximum segment size of 1400, selective acknowledgements and a window scale of 7.
    let options: [UInt8] = flags.contains(.syn) ? [2, 4, 0x05, 0x78, 4, 2, 1, 3, 3, 7, 1, 1] : []
    var segment = source.port.bytes + destination.port.bytes + sequence.bytes + acknowledgement.bytes
    segment += [UInt8((20 + options.count) / 4) << 4, flags.rawValue] + window.bytes + [0, 0, 0, 0]
    segment += options + payload
    let length = UInt16(segment.count)
    let pseudoHeader = addresses + UInt32(length).bytes + [0, 0, 0, Self.protocolNumber]
    segment.replaceSubrange(16..<18, with: Self.checksum(pseudoHeader + segment).bytes)
    guard source.address.isV6 else {
      var header: [UInt8] = [0x45, 0] + (length + 20).bytes + [0, 0, 0x40, 0, 64, Self.protocolNumber, 0, 0]
      header += addresses
      header.replaceSubrange(10..<12, with: Self.checksum(header).bytes)
      return header + segment
    }
    return [0x60, 0, 0, 0] + length.bytes + [Self.protocolNumber, 64] + addresses + segment
  }

  /// The segment in an IP packet; `nil` for everything that is not plain TCP.
  init?(packet: ArraySlice<UInt8>) {
    let bytes = Array(packet)
    guard let version = bytes.first.map({ $0 >> 4 }), version == 4 || version == 6 else { return nil }
    let isV6 = version == 6
    let headerLength = isV6 ? 40 : Int(bytes[0] & 0xF) * 4
    guard bytes.count >= headerLength + 20, headerLength >= 20, bytes[isV6 ? 6 : 9] == Self.protocolNumber else {
      return nil
    }
    let tcp = Array(bytes[headerLength...])
    let dataStart = Int(tcp[12] >> 4) * 4
    guard dataStart >= 20, dataStart <= tcp.count else { return nil }
    let from = isV6 ? bytes[8..<24] : bytes[12..<16]
    let to = isV6 ? bytes[24..<40] : bytes[16..<20]
    source = LabEndpoint(LabAddress(bytes: from), UInt16(truncatingIfNeeded: tcp.number(at: 0, count: 2)))
    destination = LabEndpoint(LabAddress(bytes: to), UInt16(truncatingIfNeeded: tcp.number(at: 2, count: 2)))
    sequence = UInt32(truncatingIfNeeded: tcp.number(at: 4, count: 4))
    acknowledgement = UInt32(truncatingIfNeeded: tcp.number(at: 8, count: 4))
    flags = TCPFlags(rawValue: tcp[13])
    window = UInt16(truncatingIfNeeded: tcp.number(at: 14, count: 2))
    payload = Array(tcp[dataStart...])
  }

  /// The internet checksum (RFC 1071).
  private static func checksum(_ bytes: [UInt8]) -> UInt16 {
    var sum: UInt32 = 0
    for index in stride(from: 0, to: bytes.count, by: 2) {
      sum += UInt32(bytes[index]) << 8 | (index + 1 < bytes.count ? UInt32(bytes[index + 1]) : 0)
    }
    while sum > 0xFFFF { sum = sum >> 16 + sum & 0xFFFF }
    return ~UInt16(sum)
  }
}

extension LabAddress {
  fileprivate var bytes: [UInt8] { isV6 ? high.bytes + low.bytes : Array(low.bytes[4...]) }

  fileprivate init(bytes: ArraySlice<UInt8>) {
    let all = Array(bytes)
    self.init(
      isV6: all.count == 16,
      high: all.count == 16 ? all.number(at: 0, count: 8) : 0,
      low: all.number(at: all.count == 16 ? 8 : 0, count: all.count == 16 ? 8 : 4)
    )
  }
}

extension FixedWidthInteger {
  fileprivate var bytes: [UInt8] {
    (0..<Self.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: self >> Self(8 * $0)) }
  }
}

extension [UInt8] {
  fileprivate func number(at offset: Int, count: Int) -> UInt64 {
    self[offset..<offset + count].reduce(0) { $0 << 8 | UInt64($1) }
  }
}
