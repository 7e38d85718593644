/// A set of ports, as sorted ranges that neither touch nor overlap.
public struct PortSet: Hashable, Sendable {
  /// The ranges, sorted, each with at least one port between it and the next.
  public private(set) var ranges: [ClosedRange<UInt16>] = []

  /// Creates an empty set.
  public init() {}

  /// Creates a set from ranges in any order. O(n log n).
  public init(_ ranges: some Sequence<ClosedRange<UInt16>>) {
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      // Computed in Int, because 65535 + 1 is not a port.
      if let last = self.ranges.last, Int(range.lowerBound) <= Int(last.upperBound) + 1 {
        self.ranges[self.ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        self.ranges.append(range)
      }
    }
  }

  /// Creates a set of one port.
  public init(_ port: UInt16) { ranges = [port...port] }

  /// Every port, 0 included.
  public static let all = PortSet([0...UInt16.max])

  /// The only port of the set, if it has exactly one.
  public var singlePort: UInt16? {
    guard let first = ranges.first, ranges.count == 1, first.lowerBound == first.upperBound else { return nil }
    return first.lowerBound
  }

  /// Whether a port belongs to the set. O(log n).
  public func contains(_ port: UInt16) -> Bool {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < port { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].lowerBound <= port
  }
}

extension PortSet {
  /// The ports that are not in the set. O(n).
  public var complement: PortSet {
    var result = PortSet()
    var next = 0
    for range in ranges {
      if Int(range.lowerBound) > next { result.ranges.append(UInt16(next)...(range.lowerBound - 1)) }
      next = Int(range.upperBound) + 1
    }
    if let first = UInt16(exactly: next) { result.ranges.append(first...UInt16.max) }
    return result
  }

  /// The ports that are in one of the sets, or in both. O(n log n).
  public func union(_ other: PortSet) -> PortSet { PortSet(ranges + other.ranges) }

  /// The ports that are in both sets. O(n log n).
  public func intersection(_ other: PortSet) -> PortSet { complement.union(other.complement).complement }
}

extension PortSet {
  /// A set that contains at least these ports, in at most the given number of ranges: the narrowest gaps are closed.
  /// O(n log n).
  func widened(toRanges limit: Int) -> PortSet {
    guard ranges.count > limit, limit > 0 else { return self }
    let gaps = zip(ranges.indices.dropFirst(), zip(ranges, ranges.dropFirst()))
      .sorted { $0.1.1.lowerBound - $0.1.0.upperBound > $1.1.1.lowerBound - $1.1.0.upperBound }
    let starts = [0] + gaps.prefix(limit - 1).map(\.0).sorted() + [ranges.count]
    var result = PortSet()
    result.ranges = zip(starts, starts.dropFirst()).map { ranges[$0].lowerBound...ranges[$1 - 1].upperBound }
    return result
  }
}

extension PortSet: ExpressibleByArrayLiteral {
  /// Creates a set from single ports.
  public init(arrayLiteral ports: UInt16...) { self.init(ports.map { $0...$0 }) }
}

extension PortSet: CustomStringConvertible {
  /// The ports as in a filter: `80,1000-2000`. Allocates.
  public var description: String {
    ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
  }
}

extension PortSet: Codable {
  private enum CodingKeys: String, CodingKey { case ranges }

  /// Reads ranges in any order.
  public init(from decoder: any Decoder) throws {
    self.init(try decoder.container(keyedBy: CodingKeys.self).decode([ClosedRange<UInt16>].self, forKey: .ranges))
  }
}
