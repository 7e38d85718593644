/// Properties that sockets of all families have.
///
/// Tables, JSON, filters, searches for owners, captures and snapshots use this protocol, so that they do not depend on
/// a family. If a family lacks a property, it is `nil`.
public protocol KernelSocket: Hashable, Sendable, Encodable, FieldWritable, CustomStringConvertible {
  /// The family.
  var family: AddressFamily { get }
  /// The kind of socket, as `ss` prints it in its column Netid: `tcp`, `udp`, `nl`.
  var netID: String { get }
  /// Whether sockets of this kind carry connections. If not, the state `close` means "unconnected".
  var isConnectionOriented: Bool { get }
  /// The state.
  var state: SocketState { get }
  /// The identity of this socket among all others; `nil` if the source has no cookies.
  var identity: SocketIdentity? { get }
  /// The kernel's unique number for this socket; `nil` if the source has none.
  var cookie: SocketCookie? { get }
  /// The amounts that wait to be read and to be sent; `nil` if the record does not contain them.
  var queues: SocketQueues? { get }
  /// The timer that runs; `nil` for none.
  var timer: SocketTimer? { get }
  /// The inode number of the socket, which leads to the processes that hold it; 0 if no descriptor refers to it.
  var inode: UInt32 { get }
  /// The user who made the socket; `nil` if the record does not contain it.
  var uid: UInt32? { get }
  /// The cgroup (version 2) in which the socket was made; `nil` if the record does not contain it. A hint for the
  /// search for processes.
  var cgroupID: UInt64? { get }
  /// The interface that the socket is bound to, or the scope of a link-local address; 0 for none.
  var interfaceIndex: UInt32 { get }
  /// The source of the record.
  var source: SocketSource { get }

  /// A number that distinguishes this record from the others of a query, in one poll and from poll to poll; 0 if nothing
  /// does.
  var trackingKey: UInt64 { get }
  /// What the socket has carried; `nil` if the record has no counters.
  var counters: SocketCounters? { get }
  /// Compares the record with an earlier one of the same ``trackingKey``.
  func comparison(with earlier: Self) -> SocketComparison

  /// Appends the local endpoint, as tables show it.
  func appendLocal<Names: EndpointNames>(to text: inout [UInt8], _ names: inout Names)
  /// Appends the remote endpoint, as tables show it; `*` if there is none.
  func appendRemote<Names: EndpointNames>(to text: inout [UInt8], _ names: inout Names)
}

extension KernelSocket {
  /// The kernel's records are the source of families without a table in `/proc/net`.
  public var source: SocketSource { .sockDiag }
  /// Not every record has queues.
  public var queues: SocketQueues? { nil }
  /// Not every record names a user.
  public var uid: UInt32? { nil }
  /// Most records name no cgroup.
  public var cgroupID: UInt64? { nil }
  /// Most families have no timers.
  public var timer: SocketTimer? { nil }
  /// Most families have sockets that belong to no interface.
  public var interfaceIndex: UInt32 { 0 }
  /// The cookie; without one, the inode.
  public var trackingKey: UInt64 { cookie?.rawValue ?? UInt64(inode) }
  /// Most families count nothing.
  public var counters: SocketCounters? { nil }
  /// Compares all members.
  public func comparison(with earlier: Self) -> SocketComparison { self == earlier ? .same : .changed }

  /// The local endpoint with numbers for names. Allocates.
  public var localText: String { Self.text { appendLocal(to: &$0, &$1) } }
  /// The remote endpoint with numbers for names. Allocates.
  public var remoteText: String { Self.text { appendRemote(to: &$0, &$1) } }

  private static func text(_ append: (inout [UInt8], inout NumericEndpointNames) -> Void) -> String {
    var text: [UInt8] = []
    var names = NumericEndpointNames()
    append(&text, &names)
    return String(decoding: text, as: UTF8.self)
  }
}

/// The source of a socket's record.
#if hasAttribute(nonexhaustive)
  @nonexhaustive
#endif
public enum SocketSource: String, Hashable, Sendable, Codable {
  /// The kernel's sock_diag interface, live or captured.
  case sockDiag = "sock-diag"
  /// A file in `/proc/net`, which has fewer fields.
  case procNet = "proc-net"
}

/// What became of a socket between two looks at it.
public enum SocketComparison: Hashable, Sendable {
  /// Nothing that matters differs.
  case same
  /// Its state, its queues or its counters differ.
  case changed
  /// It disconnected and was used again, so its counters started anew.
  case reset
}
