internal import CBindTrace
internal import SockDiagWire

/// The socket behind a descriptor of a traced thread.
enum ExaminedSocket {
  /// An IPv4 or IPv6 socket with ports.
  case internet(AddressFamily, TransportProtocol, local: InternetAddress?)
  /// A UNIX socket, with its own name if it has one.
  case unix(name: String?)
  /// Another socket, such as a raw or a netlink one.
  case other
  /// Not a socket: the errno of the attempt is `EBADF` or `ENOTSOCK`.
  case none
  /// The descriptor could not be examined.
  case unknown

  /// Examines a descriptor as it is now: another thread may have closed it, or put another socket there.
  init(process: Int32, thread: Int32, descriptor: Int32) {
    var socket = cbindtrace_socket()
    // SAFETY: the call fills the structure and keeps no pointer.
    let error = unsafe cbindtrace_examine(process, thread, descriptor, &socket)
    switch error {
    case 0: self.init(socket)
    case -Self.badDescriptor, -Self.notASocket: self = .none
    default: self = .unknown
    }
  }

  private init(_ socket: cbindtrace_socket) {
    guard let number = UInt8(exactly: socket.family) else {
      self = .other
      return
    }
    let family = AddressFamily(rawValue: number)
    let count = min(Int(socket.length), UnixName.capacity)
    // SAFETY: the bytes are copied out of the structure, which lives longer than the closure.
    let bytes = unsafe withUnsafeBytes(of: socket.address) { unsafe Array($0.prefix(count)) }
    if family == BindCall.unix {
      self = .unix(name: UnixName.text(bytes))
      return
    }
    guard family == .inet || family == .inet6, socket.type != Self.rawType else {
      self = .other
      return
    }
    self = .internet(
      family, TransportProtocol(rawValue: UInt16(truncatingIfNeeded: socket.protocol)),
      local: InternetAddress(Array(bytes.prefix(InternetAddress.capacity)), for: family))
  }

  /// C: `EBADF`, errno.h.
  private static let badDescriptor: Int32 = 9
  /// C: `ENOTSOCK`, errno.h.
  private static let notASocket: Int32 = 88
  /// Kernel: `SOCK_RAW`, linux/net.h. Raw sockets have no ports.
  private static let rawType: Int32 = 3
}
