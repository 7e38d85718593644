/// Looks up the names in a filter.
///
/// The parser looks up each occurrence of a name once. ``NumericFilterNames`` knows no names and does no input or
/// output; `SockDiag` has an implementation that asks this host.
public protocol FilterNames: Sendable {
  /// All addresses of a host.
  func addresses(ofHost name: String) throws(FilterNameFailure) -> [IPAddress]
  /// The ports of a service, for any protocol.
  func ports(ofService name: String) throws(FilterNameFailure) -> [UInt16]
  /// The index of an interface.
  func index(ofInterface name: String) throws(FilterNameFailure) -> UInt32
  /// The id of a cgroup (version 2), from its path below the mount point or from the root of the file system.
  func id(ofCgroup path: String) throws(FilterNameFailure) -> UInt64
  /// The id of a user.
  func id(ofUser name: String) throws(FilterNameFailure) -> UInt32
}

/// The reason why a name was not found.
public struct FilterNameFailure: DescribedError, Hashable, Sendable, Codable {
  /// The kind of a failure. Later versions may add kinds.
  public struct Code: RawRepresentable, Hashable, Sendable, Codable {
    /// The name of the failure.
    public let rawValue: String

    /// Creates a code from its name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The name is not known, or could not be looked up.
    public static let notFound = Code(rawValue: "not-found")
  }

  /// The kind of the failure.
  public var code: Code
  /// The reason, and after a semicolon the text to write instead. It follows the name in a message.
  public var explanation: String

  /// Creates a failure.
  public init(_ explanation: String, code: Code = .notFound) {
    self.code = code
    self.explanation = explanation
  }
}

extension FilterNameFailure {
  /// 0: names have no errno.
  public var errno: Int32 { 0 }

  /// What to write instead: the end of the explanation.
  public var suggestion: String? { ExplanationParts.suggestion(in: explanation) }

  /// The explanation with a subject.
  public var description: String { "the name \(explanation)" }
}

/// Knows no names: every value in a filter must be a number.
public struct NumericFilterNames: FilterNames {
  /// Creates the value.
  public init() {}

  /// Fails.
  public func addresses(ofHost name: String) throws(FilterNameFailure) -> [IPAddress] {
    throw Self.failure("an address")
  }
  /// Fails.
  public func ports(ofService name: String) throws(FilterNameFailure) -> [UInt16] { throw Self.failure("a port") }
  /// Fails.
  public func index(ofInterface name: String) throws(FilterNameFailure) -> UInt32 {
    throw Self.failure("the index of an interface")
  }
  /// Fails.
  public func id(ofCgroup path: String) throws(FilterNameFailure) -> UInt64 { throw Self.failure("the id of a cgroup") }
  /// Fails.
  public func id(ofUser name: String) throws(FilterNameFailure) -> UInt32 { throw Self.failure("the id of a user") }

  private static func failure(_ expected: String) -> FilterNameFailure {
    FilterNameFailure("is not \(expected), and names are not looked up here; write the number")
  }
}
