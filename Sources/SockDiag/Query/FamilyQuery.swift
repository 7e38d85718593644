public import SockDiagWire

/// The sockets of a family to report.
///
/// For the protocols of IP there is ``SocketQuery``, which divides its filter between the kernel and this program. For other
/// families the kernel reports everything that the request names, and the filter is applied here.
public struct FamilyQuery<Family: SocketFamily>: Hashable, Sendable {
  /// The request to the kernel.
  public var request: Family.Request
  /// The filter that the sockets must pass.
  public var filter: SocketFilter

  /// Creates a query.
  ///
  /// - Parameters:
  ///   - request: The request to the kernel.
  ///   - filter: The filter that the sockets must pass.
  public init(_ request: Family.Request, matching filter: SocketFilter = .everything) {
    self.request = request
    self.filter = filter
  }
}
