/// Looks up the names that stand in a filter.
///
/// The parser asks for each name once, where it stands. ``NumericFilterNames`` knows none, so that it does no input or
/// output; `SockDiag` has one that asks this host.
public protocol FilterNames: Sendable {
  /// All addresses of a host.
  func addresses(ofHost name: String) throws(FilterNameFailure) -> [IPAddress]
  /// The ports of a service, of whatever protocol.
  func ports(ofService name: String) throws(FilterNameFailure) -> [UInt16]
  /// The index of an interface.
  func index(ofInterface name: String) throws(FilterNameFailure) -> UInt32
  /// The id of a cgroup (version 2), from its path below the mount point or from the root of the file system.
  func id(ofCgroup path: String) throws(FilterNameFailure) -> UInt64
  /// The id of a user.
  func id(ofUser name: String) throws(FilterNameFailure) -> UInt32
}

/// Why a name was not found.
public struct FilterNameFailure: Error, Hashable, Sendable {
  /// The reason, and behind a semicolon what to write instead: it follows the name in a message.
  public var explanation: String

  /// Creates a failure.
  public init(_ explanation: String) { self.explanation = explanation }
}

/// Knows no names: a filter has to be written in numbers.
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
