/// A distribution of times between one microsecond and an hour.
///
/// Each power of two is divided into eight parts, so a quantile is right within 7 %. While all times are in one part,
/// nothing is allocated; then it is one kilobyte.
public struct DurationDistribution: Sendable {
  /// The number of times.
  public private(set) var count = 0
  /// The sum of all times, in microseconds.
  private var sum: UInt64 = 0
  private var least = UInt64.max
  private var most: UInt64 = 0
  /// Empty while all times have the bucket of ``least``: many groups of sockets have one connection.
  private var buckets: [UInt32] = []

  /// Creates an empty distribution.
  public init() {}

  /// The mean; `nil` if there are no times.
  public var mean: Duration? { count == 0 ? nil : .microseconds(Int64(clamping: sum / UInt64(count))) }
  /// The least time.
  public var minimum: Duration? { count == 0 ? nil : .microseconds(Int64(clamping: least)) }
  /// The greatest time.
  public var maximum: Duration? { count == 0 ? nil : .microseconds(Int64(clamping: most)) }
  /// The time that half of the others do not exceed.
  public var median: Duration? { quantile(0.5) }

  /// The time that a part of all times does not exceed, within 7 %.
  ///
  /// - Parameter part: Between 0 and 1.
  /// - Returns: `nil` if there are no times.
  public func quantile(_ part: Double) -> Duration? {
    if count == 0 { return nil }
    if buckets.isEmpty { return middle(of: Self.bucket(of: least)) }
    let rank = max(Int((min(max(part, 0), 1) * Double(count)).rounded(.up)), 1)
    var seen = 0
    for (index, number) in buckets.enumerated() {
      seen += Int(number)
      if seen >= rank { return middle(of: index) }
    }
    return maximum
  }

  private func middle(of bucket: Int) -> Duration {
    .microseconds(Int64(clamping: min(max(Self.middle(of: bucket), least), most)))
  }

  /// Adds a time.
  public mutating func add(_ time: Duration) {
    let (seconds, attoseconds) = time.components
    guard seconds >= 0, attoseconds >= 0 else { return }
    add(
      microseconds: UInt64(seconds).multipliedReportingOverflow(by: 1_000_000).partialValue
        &+ UInt64(attoseconds) / 1_000_000_000_000)
  }

  @inline(__always)
  mutating func add(microseconds: UInt64) {
    let bucket = Self.bucket(of: microseconds)
    if buckets.isEmpty, count > 0, Self.bucket(of: least) != bucket { divide() }
    if !buckets.isEmpty { buckets[bucket] &+= 1 }
    count &+= 1
    sum &+= microseconds
    least = min(least, microseconds)
    most = max(most, microseconds)
  }

  /// Makes the buckets and puts all times into the one that they share.
  @inline(never)
  private mutating func divide() {
    buckets = [UInt32](repeating: 0, count: Self.bucketCount)
    if count > 0 { buckets[Self.bucket(of: least)] = UInt32(clamping: count) }
  }

  /// Adds all times of another distribution.
  public mutating func merge(_ other: DurationDistribution) {
    if other.count == 0 { return }
    if count == 0 {
      self = other
      return
    }
    if other.buckets.isEmpty {
      let bucket = Self.bucket(of: other.least)
      if buckets.isEmpty, bucket != Self.bucket(of: least) { divide() }
      if !buckets.isEmpty { buckets[bucket] &+= UInt32(clamping: other.count) }
    } else {
      if buckets.isEmpty { divide() }
      for index in buckets.indices { buckets[index] &+= other.buckets[index] }
    }
    count &+= other.count
    sum &+= other.sum
    least = min(least, other.least)
    most = max(most, other.most)
  }

  mutating func removeAll() {
    if count == 0 { return }
    // The storage is kept for the next times, which are as far apart.
    for index in buckets.indices { buckets[index] = 0 }
    (count, sum, least, most) = (0, 0, .max, 0)
  }

  // An hour is less than 2³² microseconds.
  private static let bucketCount = 8 * 32

  /// Values below 8 have a bucket each; above, the three bits after the first one choose it.
  private static func bucket(of value: UInt64) -> Int {
    if value < 8 { return Int(value) }
    let exponent = 63 - value.leadingZeroBitCount
    return min((exponent - 2) << 3 + Int(value >> UInt64(exponent - 3)) & 7, bucketCount - 1)
  }

  private static func middle(of bucket: Int) -> UInt64 {
    if bucket < 8 { return UInt64(bucket) }
    let shift = UInt64(bucket >> 3 - 1)
    return (UInt64(8 + bucket & 7) << shift) + (1 << shift) / 2
  }
}

extension DurationDistribution: Hashable {
  /// Whether the same times were added, as far as a distribution can tell.
  public static func == (left: DurationDistribution, right: DurationDistribution) -> Bool {
    guard left.count == right.count, left.sum == right.sum, left.least == right.least, left.most == right.most else {
      return false
    }
    // If the ends share a bucket, all times are in it, whether it was made or not.
    return left.count == 0 || bucket(of: left.least) == bucket(of: left.most) || left.buckets == right.buckets
  }

  /// Hashes the number, the sum and the ends.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(count)
    hasher.combine(sum)
    hasher.combine(least)
    hasher.combine(most)
  }
}

extension DurationDistribution: Codable {
  private enum CodingKeys: String, CodingKey { case buckets, sum, least, most }

  /// Reads what `encode(to:)` wrote.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let buckets = try container.decode([UInt32].self, forKey: .buckets)
    guard buckets.isEmpty || buckets.count == Self.bucketCount else {
      throw DecodingError.dataCorruptedError(
        forKey: .buckets, in: container, debugDescription: "expected none or \(Self.bucketCount) numbers")
    }
    self.buckets = buckets
    count = buckets.reduce(0) { $0 + Int($1) }
    if count == 0 { return }
    sum = try container.decode(UInt64.self, forKey: .sum)
    least = try container.decode(UInt64.self, forKey: .least)
    most = max(least, try container.decode(UInt64.self, forKey: .most))
  }

  /// Writes the number of times in each bucket, and the sum and the ends in microseconds.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    var divided = self
    if count > 0, buckets.isEmpty { divided.divide() }
    try container.encode(count == 0 ? [] : divided.buckets, forKey: .buckets)
    if count == 0 { return }
    try container.encode(sum, forKey: .sum)
    try container.encode(least, forKey: .least)
    try container.encode(most, forKey: .most)
  }
}
