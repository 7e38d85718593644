/// Appends integers of a fixed number of bytes, which ByteReading.swift reads. Packages that add a family write its requests
/// with the public ones.
extension [UInt8] {
  /// Appends an integer in the byte order of the host, which netlink uses.
  public mutating func appendHost16(_ value: UInt16) {
    // `littleEndian` makes the lowest byte the first one in memory, on any host.
    let memory = value.littleEndian
    append(UInt8(truncatingIfNeeded: memory))
    append(UInt8(truncatingIfNeeded: memory >> 8))
  }

  /// Appends an integer in the byte order of the host.
  public mutating func appendHost32(_ value: UInt32) {
    let memory = value.littleEndian
    for shift: UInt32 in [0, 8, 16, 24] { append(UInt8(truncatingIfNeeded: memory >> shift)) }
  }

  /// Appends an integer in the byte order of the host.
  public mutating func appendHost64(_ value: UInt64) {
    let memory = value.littleEndian
    for shift: UInt64 in [0, 8, 16, 24, 32, 40, 48, 56] { append(UInt8(truncatingIfNeeded: memory >> shift)) }
  }

  /// Appends an integer in network byte order: ports and addresses.
  mutating func appendNetwork16(_ value: UInt16) {
    append(UInt8(truncatingIfNeeded: value >> 8))
    append(UInt8(truncatingIfNeeded: value))
  }

  mutating func appendNetwork32(_ value: UInt32) {
    appendNetwork16(UInt16(truncatingIfNeeded: value >> 16))
    appendNetwork16(UInt16(truncatingIfNeeded: value))
  }

  mutating func appendNetwork64(_ value: UInt64) {
    appendNetwork32(UInt32(truncatingIfNeeded: value >> 32))
    appendNetwork32(UInt32(truncatingIfNeeded: value))
  }

  mutating func appendZeros(_ count: Int) {
    for _ in 0..<count { append(0) }
  }
}
