/// Properties that sockets of all families have.
///
/// Tables, JSON, filters, searches for owners, captures and snapshots are written for this, so that they need not know
/// which families there are. A family that lacks a property has `nil` there.
public protocol KernelSocket: Hashable, Sendable, Encodable, FieldWritable, CustomStringConvertible {
  /// The family.
  var family: AddressFamily { get }
  /// The kind of socket, as `ss` prints it in its column Netid: `tcp`, `udp`, `nl`.
  var netID: String { get }
  /// Whether such sockets carry connections. Of a kind without connections, the state `close` means "unconnected".
  var isConnectionOriented: Bool { get }
  /// The state.
  var state: SocketState { get }
  /// What tells this socket from all others; `nil` where the source has no cookies.
  var identity: SocketIdentity? { get }
  /// The kernel's number for this one socket; `nil` where the source has none.
  var cookie: SocketCookie? { get }
  /// What waits to be read and to be sent; `nil` where the record does not say.
  var queues: SocketQueues? { get }
  /// The timer that runs; `nil` for none.
  var timer: SocketTimer? { get }
  /// The number of the socket's inode, by which the processes that hold it are found; 0 if no descriptor refers to it.
  var inode: UInt32 { get }
  /// The user who made the socket; `nil` where the record does not say.
  var uid: UInt32? { get }
  /// The cgroup (version 2) in which the socket was made; `nil` where the record does not say. A hint for the search for
  /// processes.
  var cgroupID: UInt64? { get }
  /// The interface that the socket is bound to, or the scope of a link-local address; 0 for none.
  var interfaceIndex: UInt32 { get }
  /// The source of the record.
  var source: SocketSource { get }

  /// Appends the local endpoint, as tables show it.
  func appendLocal<Names: EndpointNames>(to text: inout [UInt8], _ names: inout Names)
  /// Appends the remote endpoint, as tables show it; `*` if there is none.
  func appendRemote<Names: EndpointNames>(to text: inout [UInt8], _ names: inout Names)
}

extension KernelSocket {
  /// Most families have no timers.
  public var timer: SocketTimer? { nil }
  /// Most families have sockets that belong to no interface.
  public var interfaceIndex: UInt32 { 0 }

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
public enum SocketSource: String, Hashable, Sendable, Codable {
  /// The kernel's sock_diag interface, live or captured.
  case sockDiag = "sock-diag"
  /// A file in `/proc/net`, which has fewer fields.
  case procNet = "proc-net"
}
