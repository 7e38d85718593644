public import SockDiagWire

/// The members of `tcp_info`, each of which can be set by its name in `TCPInfo`. A test makes connections from it.
///
/// ```swift
/// let info = TCPInfo.specimen {
///   $0.smoothedRTT = .milliseconds(20)
///   $0.congestionWindow = 10
/// }
/// ```
///
/// A member that is not set is 0, and `nil` if the length of the structure does not cover it.
@dynamicMemberLookup
public struct TCPInfoFields: Sendable {
  /// How many bytes the kernel sends: 104 before Linux 3.15, 248 since 6.7, 280 since 6.18. A member beyond that stays
  /// `nil` even if it is set.
  public var byteCount: Int
  /// What a newer kernel sends beyond the members that this version knows.
  public var tail: [UInt8] = []
  /// What was negotiated about congestion marks. Since Linux 6.18.
  public var accurateECN: AccurateECN?

  private var numbers: [String: UInt64] = [:]

  init(byteCount: Int) { self.byteCount = byteCount }

  var info: TCPInfo {
    TCPInfo(
      values: { numbers[$0.key] }, accurateECN: accurateECN, byteCount: min(max(byteCount, 0), 280) + tail.count,
      tail: tail)
  }

  /// A member with 8 bits or fewer.
  public subscript(dynamicMember member: KeyPath<TCPInfo, UInt8?>) -> UInt8? {
    get { info[keyPath: member] }
    set { set(member, newValue.map(UInt64.init)) }
  }

  /// A member with 16 bits.
  public subscript(dynamicMember member: KeyPath<TCPInfo, UInt16?>) -> UInt16? {
    get { info[keyPath: member] }
    set { set(member, newValue.map(UInt64.init)) }
  }

  /// A member with 32 bits.
  public subscript(dynamicMember member: KeyPath<TCPInfo, UInt32?>) -> UInt32? {
    get { info[keyPath: member] }
    set { set(member, newValue.map(UInt64.init)) }
  }

  /// A member with 64 bits.
  public subscript(dynamicMember member: KeyPath<TCPInfo, UInt64?>) -> UInt64? {
    get { info[keyPath: member] }
    set { set(member, newValue) }
  }

  /// A member that is true or false.
  public subscript(dynamicMember member: KeyPath<TCPInfo, Bool?>) -> Bool? {
    get { info[keyPath: member] }
    set { set(member, newValue.map { $0 ? 1 : 0 }) }
  }

  /// A time. It is rounded down to the kernel's unit, and one that the member cannot hold is cut to the nearest that it can.
  public subscript(dynamicMember member: KeyPath<TCPInfo, Duration?>) -> Duration? {
    get { info[keyPath: member] }
    set {
      guard let newValue, let unit = Self.probe(member)[keyPath: member] else { return set(member, nil) }
      let count = max(newValue, .zero) / unit
      // Below 2⁶⁴ microseconds there is no infinity and no fraction to lose that counts.
      set(member, UInt64(exactly: count.rounded(.down)) ?? .max)
    }
  }

  /// The state of the connection.
  public subscript(dynamicMember member: KeyPath<TCPInfo, SocketState?>) -> SocketState? {
    get { info[keyPath: member] }
    set { set(member, newValue.map { UInt64($0.rawValue) }) }
  }

  /// What was negotiated.
  public subscript(dynamicMember member: KeyPath<TCPInfo, TCPInfo.Options?>) -> TCPInfo.Options? {
    get { info[keyPath: member] }
    set { set(member, newValue.map { UInt64($0.rawValue) }) }
  }

  private mutating func set<Value: Equatable>(_ member: KeyPath<TCPInfo, Value?>, _ number: UInt64?) {
    guard let field = Self.field(of: member) else { return }
    numbers[field.key] = number.map { min($0, field.width.maximum) }
  }

  /// The field behind a member, found by trial: no other field changes what the member reads. This needs no second table of
  /// the names, which could differ from the first.
  private static func field<Value: Equatable>(of member: KeyPath<TCPInfo, Value?>) -> TCPInfo.Field? {
    let zero = full { _ in 0 }[keyPath: member]
    return TCPInfo.fields.first { field in full { $0.key == field.key ? 1 : 0 }[keyPath: member] != zero }
  }

  /// A structure in which the field behind a member is 1.
  private static func probe<Value: Equatable>(_ member: KeyPath<TCPInfo, Value?>) -> TCPInfo {
    let field = field(of: member)
    return full { $0.key == field?.key ? 1 : 0 }
  }

  private static func full(_ number: (TCPInfo.Field) -> UInt64) -> TCPInfo {
    TCPInfo(values: { number($0) }, accurateECN: nil, byteCount: 280, tail: [])
  }
}

extension TCPInfo.Width {
  /// The largest number that the field holds.
  fileprivate var maximum: UInt64 {
    switch self {
    case .lowBit: 1
    case .nextTwoBits: 3
    case .lowNibble, .highNibble: 15
    case .u8: UInt64(UInt8.max)
    case .u16: UInt64(UInt16.max)
    case .u32: UInt64(UInt32.max)
    case .u64: .max
    }
  }
}

extension TCPInfo {
  /// Figures of a connection, for a test.
  ///
  /// - Parameters:
  ///   - byteCount: How many bytes the kernel sends; by default as many as Linux 6.7 does.
  ///   - change: Sets the members.
  public static func specimen(byteCount: Int = 248, _ change: (inout TCPInfoFields) -> Void) -> TCPInfo {
    var fields = TCPInfoFields(byteCount: byteCount)
    change(&fields)
    return fields.info
  }
}
