public import SockDiagWire

/// Which sockets of a family to report.
///
/// For TCP and UDP there is ``SocketQuery``, which divides its filter between the kernel and this program. Of other families
/// the kernel reports all that the request names, and the filter is applied here.
public struct FamilyQuery<Family: SocketFamily>: Hashable, Sendable {
  /// What the kernel is asked for.
  public var request: Family.Request
  /// What else has to hold.
  public var filter: SocketFilter

  /// Creates a query.
  ///
  /// - Parameters:
  ///   - request: What the kernel is asked for.
  ///   - filter: What else has to hold.
  public init(_ request: Family.Request, matching filter: SocketFilter = .everything) {
    self.request = request
    self.filter = filter
  }
}
