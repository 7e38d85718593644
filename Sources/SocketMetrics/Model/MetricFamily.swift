/// A metric with all its samples, in any format.
public struct MetricFamily: Hashable, Sendable {
  /// The kind of a metric.
  public enum Kind: String, Hashable, Sendable, Codable {
    /// A value that rises and falls.
    case gauge
    /// A value that only grows as long as the collector lives. Its samples have the suffix `_total`.
    case counter
    /// The distribution of values at this moment. Its counts fall when a value disappears, so it is no histogram in the
    /// sense of Prometheus, whose counts only grow.
    case gaugeHistogram
    /// Facts in labels, with the value 1. The sample has the suffix `_info`.
    case info
  }

  /// The name, without the suffix of the samples, and with the unit at its end.
  public let name: String
  /// The kind.
  public let kind: Kind
  /// The unit; `nil` for a number of things.
  public let unit: String?
  /// One sentence.
  public let help: String
  /// The samples, each with labels of its own.
  public private(set) var samples: [MetricSample] = []
  /// The formats forbid two samples with the same labels.
  private var labelSets: Set<[MetricLabel]> = []

  /// Creates a family without samples. If it has a unit, the name ends with it.
  public init(_ name: String, _ kind: Kind, unit: String? = nil, _ help: String) {
    (self.name, self.kind, self.unit, self.help) = (name, kind, unit, help)
  }

  /// Creates a gauge without samples. If it has a unit, the name ends with it.
  public init(_ name: String, unit: String? = nil, _ help: String) { self.init(name, .gauge, unit: unit, help) }

  /// Adds a sample. If a sample with the same labels exists, a number is added as a label.
  public mutating func add(_ labels: [MetricLabel], _ value: MetricValue) {
    var unique = labels
    var number = 2
    while !labelSets.insert(unique).inserted {
      unique = labels + [MetricLabel("number", "\(number)")]
      number += 1
    }
    samples.append(MetricSample(labels: unique, value: value))
  }

  /// Adds a sample of a number that is not known everywhere.
  mutating func add(_ labels: [MetricLabel] = [], known value: UInt64?) {
    if let value { add(labels, .integer(value)) }
  }
}

/// A value of a metric, and the labels that tell it from others.
public struct MetricSample: Hashable, Sendable {
  /// The labels, in the order of the output.
  public let labels: [MetricLabel]
  /// The value.
  public let value: MetricValue
}

/// The name and the value of a label.
public struct MetricLabel: Hashable, Sendable {
  /// Letters, digits and underscores.
  public let name: String
  /// Any text.
  public let value: String

  /// Creates a label.
  public init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
}

/// The value of a sample.
public enum MetricValue: Hashable, Sendable {
  /// A whole number, which is written in full.
  case integer(UInt64)
  /// Any number.
  case real(Double)
  /// The distribution of a ``MetricFamily/Kind/gaugeHistogram``.
  case distribution(MetricDistribution)

  /// A number of things.
  static func count(_ number: Int) -> MetricValue { .integer(UInt64(max(number, 0))) }
  /// A time in seconds.
  static func seconds(_ time: Duration) -> MetricValue { .real(time / .seconds(1)) }
}

/// How many values lie below each of some bounds.
public struct MetricDistribution: Hashable, Sendable {
  /// The bounds, in ascending order.
  public let bounds: [Double]
  /// The number of values in each part: above the bound before and at most at this one. The last part has no bound.
  public private(set) var counts: [UInt64]
  /// The sum of all values.
  public private(set) var sum: Double = 0

  /// Creates an empty distribution.
  public init(bounds: [Double]) {
    self.bounds = bounds
    counts = [UInt64](repeating: 0, count: bounds.count + 1)
  }

  /// The number of values.
  public var count: UInt64 { counts.reduce(0, &+) }

  /// Adds a value.
  public mutating func add(_ value: Double) {
    var index = 0
    while index < bounds.count, value > bounds[index] { index += 1 }
    counts[index] &+= 1
    sum += value
  }
}
