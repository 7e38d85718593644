/// A structure of the kernel that newer kernels extend, kept as its bytes.
///
/// A member is present if the received length covers it. One that an older kernel does not have is absent, never zero.
protocol GrowingStructure: Hashable, Sendable, RecordPart {
  /// The members, in the kernel's order.
  static var members: [StructureMember] { get }
  /// The length of the known structure.
  static var knownByteCount: Int { get }

  /// The structure as the kernel sent it.
  var bytes: [UInt8] { get }

  /// Whether a member has a meaning in this structure.
  func has(_ member: StructureMember) -> Bool

  init(bytes: [UInt8])
}

/// A member of a structure: its place, and its key in JSON. The key is the kernel's name, with the unit unless it is a
/// count or bytes.
struct StructureMember: Hashable, Sendable {
  /// The type of a member.
  enum Kind: Hashable, Sendable {
    case u8, u16, u32, u64
    /// A signed number of 32 bits.
    case s32
    /// A number that uses all 64 bits, which JSON writes as text.
    case long
    /// A `struct sockaddr_storage`.
    case address

    var byteCount: Int {
      switch self {
      case .u8: 1
      case .u16: 2
      case .u32, .s32: 4
      case .u64, .long: 8
      case .address: KernelSocketAddress.byteCount
      }
    }
  }

  var key: String
  var offset: Int
  var kind: Kind
  /// The length from which on the bytes are this member. A shorter structure may end with padding there.
  var requiredByteCount: Int

  init(_ key: String, _ offset: Int, _ kind: Kind, from requiredByteCount: Int = 0) {
    self.key = key
    self.offset = offset
    self.kind = kind
    self.requiredByteCount = max(requiredByteCount, offset + kind.byteCount)
  }
}

extension GrowingStructure {
  /// The bytes behind the known structure.
  var bytesBehind: [UInt8] { Array(bytes.dropFirst(Self.knownByteCount)) }

  func has(_ member: StructureMember) -> Bool { true }

  /// The member at an offset; `nil` if it was not sent.
  func member(at offset: Int) -> StructureMember? {
    Self.members.first { $0.offset == offset && $0.requiredByteCount <= bytes.count && has($0) }
  }

  /// The number of the member at an offset; `nil` if it was not sent.
  func value(at offset: Int) -> UInt64? { member(at: offset).map(number) }

  func u8(_ offset: Int) -> UInt8? { value(at: offset).map { UInt8(truncatingIfNeeded: $0) } }
  func u16(_ offset: Int) -> UInt16? { value(at: offset).map { UInt16(truncatingIfNeeded: $0) } }
  func u32(_ offset: Int) -> UInt32? { value(at: offset).map { UInt32(truncatingIfNeeded: $0) } }
  func u64(_ offset: Int) -> UInt64? { value(at: offset) }
  func milliseconds(_ offset: Int) -> Duration? { u32(offset).map { .milliseconds(Int64($0)) } }
  func address(_ offset: Int) -> SocketAddress? { member(at: offset).flatMap(address) }

  private func number(_ member: StructureMember) -> UInt64 {
    let span = bytes.span
    switch member.kind {
    case .u8: return UInt64(span[member.offset])
    case .u16: return UInt64(span.host16(at: member.offset))
    case .u32, .s32: return UInt64(span.host32(at: member.offset))
    case .u64, .long: return span.host64(at: member.offset)
    case .address: return 0
    }
  }

  private func address(_ member: StructureMember) -> SocketAddress? {
    KernelSocketAddress.read(member.offset, in: bytes.span)
  }

  /// Writes the members that are present, under the keys of the JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    for member in Self.members where member.requiredByteCount <= bytes.count && has(member) {
      switch member.kind {
      case .u8, .u16, .u32, .u64: writer.number(member.key, number(member))
      case .s32: writer.number(member.key, Int32(truncatingIfNeeded: number(member)))
      case .long: writer.longNumber(member.key, number(member))
      case .address: writer.object(member.key, address(member))
      }
    }
    // The members alone do not show the length: the structure may end inside a member.
    writer.number("byte_count", bytes.count)
    if !bytesBehind.isEmpty { writer.text("tail", bytesBehind.hexadecimal) }
  }

  /// Rebuilds the structure from its members. What no member covers becomes zero.
  init(_ fields: FieldReader) throws {
    let tail = try fields.hexadecimal("tail")
    let byteCount: Int = try fields.required("byte_count")
    // The length is a text's claim, so it does not decide how much memory is used.
    var bytes = [UInt8](repeating: 0, count: min(max(byteCount, 0), Self.knownByteCount))
    for member in Self.members where member.requiredByteCount <= bytes.count {
      let memory: [UInt8]?
      switch member.kind {
      case .long: memory = try (fields.optional(member.key) as SocketCookie?).map { Self.memory($0.rawValue, 8) }
      case .s32:
        memory = try (fields.optional(member.key) as Int32?).map { Self.memory(UInt64(UInt32(bitPattern: $0)), 4) }
      case .address: memory = try fields.object(member.key, SocketAddress.init(fields:)).map(KernelSocketAddress.bytes)
      case .u8, .u16, .u32, .u64:
        memory = try (fields.optional(member.key) as UInt64?).map { Self.memory($0, member.kind.byteCount) }
      }
      guard let memory else { continue }
      bytes.replaceSubrange(member.offset..<member.offset + memory.count, with: memory)
    }
    self.init(bytes: bytes + tail)
  }

  /// A number in the byte order of the host.
  private static func memory(_ value: UInt64, _ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    switch count {
    case 1: bytes.append(UInt8(truncatingIfNeeded: value))
    case 2: bytes.appendHost16(UInt16(truncatingIfNeeded: value))
    case 4: bytes.appendHost32(UInt32(truncatingIfNeeded: value))
    default: bytes.appendHost64(value)
    }
    return bytes
  }
}
