/// A family of sockets that sock_diag reports: its records, how they are asked for, and how they are decoded.
///
/// Whoever reads sockets of any family is written for this. A new family is a type with these members.
public protocol SocketFamily: Sendable {
  /// A record of one socket.
  associatedtype Socket: KernelSocket
  /// A request for records.
  associatedtype Request: NetlinkRequest & Hashable & Sendable

  /// Decodes a record.
  ///
  /// - Parameters:
  ///   - payload: Where the record lies in the bytes: what follows the header of the message.
  ///   - bytes: The datagram.
  ///   - request: The request that this answers.
  ///   - socket: Takes the record. Members that the record lacks become `nil`.
  /// - Returns: What is wrong behind the fixed part; the members before it are there. `nil` if all is well.
  /// - Throws: ``WireError`` if the payload is shorter than the fixed part.
  static func decode(
    _ payload: Range<Int>, in bytes: Span<UInt8>, answering request: Request, into socket: inout Socket
  ) throws(WireError) -> WireError?

  /// What completes a record with facts from the records of other sockets. Most families need nothing.
  associatedtype Companions: SocketCompanions<Socket> = NoCompanions<Socket>

  /// The requests that serve a query: one whose records only teach the companions, `nil` if they need none, and the one
  /// whose records are the answer.
  static func requests(
    for request: Request, matching filter: SocketFilter
  ) -> (companions: Request?, sockets: Request)

  /// An empty record, for ``decode(_:in:answering:into:)`` to fill.
  static var emptySocket: Socket { get }
}

extension SocketFamily where Companions == NoCompanions<Socket> {
  /// The request itself.
  public static func requests(
    for request: Request, matching filter: SocketFilter
  ) -> (companions: Request?, sockets: Request) {
    (nil, request)
  }
}
