/// A request for sockets of TCP, UDP or another protocol of IP, or to destroy one.
///
/// Kernel: `struct inet_diag_req_v2`, `struct inet_diag_req_raw`, `struct inet_diag_req`, linux/inet_diag.h.
public struct InetRequest: Hashable, Sendable {
  /// The kind of a request.
  public enum Form: Hashable, Sendable {
    /// All sockets that match.
    case dump
    /// The one socket that receives packets between the two addresses.
    case get
    /// Destroys that socket. Kernel: `SOCK_DESTROY`, since 4.5.
    case destroy
  }

  /// The kind of the request.
  public var form: Form
  /// The protocol.
  public var `protocol`: TransportProtocol
  /// The family, or `nil` for both in one walk, which only the legacy message supports.
  public var family: AddressFamily?
  /// The states of the sockets.
  public var states: SocketStateSet = []
  /// The details to return in addition to the fixed record.
  public var details: InetDetails = []
  /// The local address and port. A dump compares the port only, unless that is 0.
  public var local = SocketAddress(.anyV4, port: 0)
  /// The remote address and port. A dump compares the port only, unless that is 0.
  public var remote = SocketAddress(.anyV4, port: 0)
  /// The interface, in an exact request.
  public var interfaceIndex: UInt32 = 0
  /// The cookie, in an exact request.
  public var cookie = SocketCookie.any
  /// The IP protocol of a raw socket, in an exact request. A dump compares it as local port.
  public var ipProtocol: UInt8 = 0
  /// The filter program of a dump.
  public var bytecode: [UInt8] = []
  /// The BPF maps whose values to return: empty for all maps, `nil` for no values. Otherwise the attributes that name
  /// descriptors of maps, as in a captured request. Kernel: `INET_DIAG_REQ_SK_BPF_STORAGES`, since 5.7.
  public var storages: [UInt8]?

  /// Creates a request without filters.
  public init(_ form: Form, _ protocol: TransportProtocol, _ family: AddressFamily?) {
    self.form = form
    self.protocol = `protocol`
    self.family = family
  }
}
