/// State and statistics of a TCP connection.
///
/// The structure has grown from 104 to 280 bytes, and newer kernels will add to it. A member is present if the received
/// length covers it; a member that an older kernel does not have is `nil`, never zero. Members that a newer kernel adds
/// are kept in ``tail``. A listener fills in only the state, pacing rates, reordering, congestion window and its accept
/// queue.
///
/// The value holds its bytes inline and allocates only if there is a tail.
///
/// Kernel: `struct tcp_info`, linux/tcp.h.
public struct TCPInfo: Sendable {
  /// The decoded length of the structure, in bytes.
  package static var knownByteCount: Int { 280 }

  /// The structure in memory order: byte n of it is bits 8n and up of the words, whatever the host's order.
  @usableFromInline
  private(set) var words = InlineArray<35, UInt64>(repeating: 0)
  /// The number of bytes that the kernel sent.
  public private(set) var byteCount: Int = 0
  /// The bytes that a newer kernel sent after the 280 known bytes.
  public private(set) var tail: [UInt8] = []

  /// An empty structure: nothing was sent.
  init() {}

  /// Stores the received bytes in place, because copying a value of this size costs more than reading it.
  mutating func read(_ payload: Range<Int>, in bytes: Span<UInt8>) {
    byteCount = payload.count
    let known = min(payload.count, Self.knownByteCount)
    let source = bytes.extracting(payload.lowerBound..<payload.lowerBound + known)
    var offset = 0
    // One check of the bounds serves five words: after it the compiler knows that they are there.
    while offset &+ 40 <= known {
      let chunk = source.extracting(offset..<offset &+ 40)
      precondition(chunk.count >= 40)
      let first = offset >> 3
      words[first] = chunk.littleEndian64(at: 0)
      words[first &+ 1] = chunk.littleEndian64(at: 8)
      words[first &+ 2] = chunk.littleEndian64(at: 16)
      words[first &+ 3] = chunk.littleEndian64(at: 24)
      words[first &+ 4] = chunk.littleEndian64(at: 32)
      offset &+= 40
    }
    while offset &+ 8 <= known {
      words[offset >> 3] = source.extracting(offset..<offset &+ 8).littleEndian64(at: 0)
      offset &+= 8
    }
    if offset < known {
      words[offset >> 3] = 0
      for rest in offset..<known { words[offset >> 3] |= UInt64(source[rest]) << UInt64(8 * (rest - offset)) }
    }
    tail = payload.count > known ? bytes.array(payload.lowerBound + known..<payload.upperBound) : []
  }

  /// Removes the received bytes. Words beyond the length have no meaning.
  mutating func removeAll() {
    byteCount = 0
    tail = []
  }

  @inlinable @inline(__always)
  func u8(_ offset: Int) -> UInt8? {
    offset < byteCount ? UInt8(truncatingIfNeeded: words[offset >> 3] >> UInt64(8 * (offset & 7))) : nil
  }

  @inlinable @inline(__always)
  func u16(_ offset: Int) -> UInt16? {
    offset + 2 <= byteCount
      ? UInt16(littleEndian: UInt16(truncatingIfNeeded: words[offset >> 3] >> UInt64(8 * (offset & 7)))) : nil
  }

  @inlinable @inline(__always)
  func u32(_ offset: Int) -> UInt32? {
    offset + 4 <= byteCount
      ? UInt32(littleEndian: UInt32(truncatingIfNeeded: words[offset >> 3] >> UInt64(8 * (offset & 7)))) : nil
  }

  @inlinable @inline(__always)
  func u64(_ offset: Int) -> UInt64? {
    offset + 8 <= byteCount ? UInt64(littleEndian: words[offset >> 3]) : nil
  }

  @inlinable @inline(__always)
  func microseconds(_ offset: Int) -> Duration? { u32(offset).map { .microseconds(Int64($0)) } }

  @inlinable @inline(__always)
  func milliseconds(_ offset: Int) -> Duration? { u32(offset).map { .milliseconds(Int64($0)) } }

  /// Times beyond 292,000 years are clamped to that.
  @inlinable @inline(__always)
  func longMicroseconds(_ offset: Int) -> Duration? { u64(offset).map { .microseconds(Int64(clamping: $0)) } }
}

extension TCPInfo {
  /// The structure as the kernel sent it.
  package var bytes: [UInt8] {
    let known = min(byteCount, Self.knownByteCount)
    return (0..<known).map { UInt8(truncatingIfNeeded: words[$0 >> 3] >> UInt64(8 * ($0 & 7))) } + tail
  }
}

extension TCPInfo: Hashable {
  /// Whether the kernel sent the same bytes.
  public static func == (left: TCPInfo, right: TCPInfo) -> Bool {
    left.byteCount == right.byteCount && left.usedWords.allSatisfy { left.words[$0] == right.words[$0] }
      && left.tail == right.tail
  }

  private var usedWords: Range<Int> { 0..<(min(byteCount, Self.knownByteCount) + 7) / 8 }

  /// Hashes the received bytes.
  public func hash(into hasher: inout Hasher) {
    for index in usedWords { hasher.combine(words[index]) }
    hasher.combine(byteCount)
    hasher.combine(tail)
  }
}

extension TCPInfo {
  /// Negotiated options of a connection. Kernel: `TCPI_OPT_*`, linux/tcp.h.
  public struct Options: OptionSet, Hashable, Sendable, Codable {
    /// The kernel's bits.
    public let rawValue: UInt8

    /// Creates a set from the kernel's bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Timestamps. Kernel: `TCPI_OPT_TIMESTAMPS`.
    public static let timestamps = Options(rawValue: 1)
    /// Selective acknowledgements. Kernel: `TCPI_OPT_SACK`.
    public static let selectiveAcknowledgements = Options(rawValue: 2)
    /// Window scaling. Kernel: `TCPI_OPT_WSCALE`.
    public static let windowScaling = Options(rawValue: 4)
    /// Explicit congestion notification. Kernel: `TCPI_OPT_ECN`.
    public static let ecn = Options(rawValue: 8)
    /// A packet with a mark of congestion came in. Kernel: `TCPI_OPT_ECN_SEEN`.
    public static let ecnSeen = Options(rawValue: 16)
    /// The SYN's data was acknowledged. Kernel: `TCPI_OPT_SYN_DATA`.
    public static let synData = Options(rawValue: 32)
    /// Timestamps count microseconds. Kernel: `TCPI_OPT_USEC_TS`, since 6.7.
    public static let microsecondTimestamps = Options(rawValue: 64)
    /// The connection was made by fast open. Kernel: `TCPI_OPT_TFO_CHILD`, since 6.15.
    public static let fastOpenChild = Options(rawValue: 128)
  }
}

extension TCPInfo {
  /// The number of a member; `nil` if it was not sent.
  func value(at offset: Int, _ width: Width) -> UInt64? {
    switch width {
    case .u8: u8(offset).map(UInt64.init)
    case .lowNibble: u8(offset).map { UInt64($0 & 0xf) }
    case .highNibble: u8(offset).map { UInt64($0 >> 4) }
    case .lowBit: u8(offset).map { UInt64($0 & 1) }
    case .nextTwoBits: u8(offset).map { UInt64($0 >> 1 & 3) }
    case .u16: u16(offset).map(UInt64.init)
    case .u32: u32(offset).map(UInt64.init)
    case .u64: u64(offset)
    }
  }

  /// Rebuilds the structure from its members.
  package init(
    values: (Field) throws -> UInt64?, accurateECN: AccurateECN?, byteCount: Int, tail: [UInt8]
  ) rethrows {
    self.byteCount = max(byteCount, 0)
    self.tail = tail
    for field in Self.fields {
      guard let value = try values(field) else { continue }
      let memory: UInt64
      let position: Int
      switch field.width {
      case .u8: (memory, position) = (value & 0xff, 0)
      case .lowNibble: (memory, position) = (value & 0xf, 0)
      case .lowBit: (memory, position) = (value & 1, 0)
      case .highNibble: (memory, position) = (value & 0xf, 4)
      case .nextTwoBits: (memory, position) = (value & 3, 1)
      case .u16: (memory, position) = (UInt64(UInt16(truncatingIfNeeded: value).littleEndian), 0)
      case .u32: (memory, position) = (UInt64(UInt32(truncatingIfNeeded: value).littleEndian), 0)
      case .u64: (memory, position) = (value.littleEndian, 0)
      }
      words[field.offset >> 3] |= memory << UInt64(8 * (field.offset & 7) + position)
    }
    if let accurateECN {
      let offset = AccurateECN.offset
      words[offset >> 3] |= UInt64(accurateECN.word.littleEndian) << UInt64(8 * (offset & 7))
    }
  }
}
