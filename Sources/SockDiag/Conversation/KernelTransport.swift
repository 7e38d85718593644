internal import CSockDiag
internal import Glibc
package import SockDiagWire

/// A netlink socket of the running kernel.
///
/// Safe to use although it holds a pointer: nothing else does, and it is freed with this value. Sendable for the same reason:
/// one value uses the socket, on one thread at a time.
@safe package struct KernelTransport: NetlinkTransport, ~Copyable, @unchecked Sendable {
  /// `nil` if it could not be opened.
  private let socket: OpaquePointer?
  package let portID: UInt32
  /// Why no request can be sent; `nil` if the socket is open.
  package let refusal: SockDiagError?

  /// Opens a socket in the network namespace of the calling thread.
  package init(_ family: NetlinkFamily = .sockDiag) throws(SockDiagError) {
    var opened: OpaquePointer?
    // SAFETY: the shim writes the pointer and keeps nothing.
    let result = unsafe csockdiag_open(Int32(family.rawValue), &opened)
    guard result == 0, let socket = unsafe opened else {
      let name = family == .route ? "an rtnetlink" : "a sock_diag"
      throw .onOpening(errno: -result, operation: "open \(name) socket")
    }
    unsafe self.init(owning: socket)
  }

  /// A transport that fails every request with the same error, where no socket could be opened.
  package init(refusing refusal: SockDiagError) {
    unsafe socket = nil
    portID = 0
    self.refusal = refusal
  }

  /// Opens a socket in a network namespace.
  package init(_ family: NetlinkFamily = .sockDiag, in namespace: NetworkNamespace) throws(SockDiagError) {
    self = try namespace.perform { () throws(SockDiagError) in try KernelTransport(family) }
  }

  private init(owning socket: OpaquePointer) {
    unsafe self.socket = socket
    // SAFETY: the pointer was just returned by the shim.
    portID = unsafe csockdiag_port_id(socket)
    refusal = nil
  }

  deinit {
    // SAFETY: this value is the only owner, and it ends here.
    if let socket = unsafe socket { unsafe csockdiag_close(socket) }
  }

  package func send(_ message: Span<UInt8>) throws(SockDiagError) {
    if let refusal { throw refusal }
    // SAFETY: the shim reads the bytes during the call, and the socket is open where nothing was refused.
    let result = unsafe message.withUnsafeBytes { unsafe csockdiag_send(socket, $0.baseAddress, $0.count) }
    guard result == 0 else { throw SockDiagError(errno: -result, operation: "send a netlink request") }
  }

  package func receive(into buffer: inout [UInt8]) -> Reception {
    if refusal != nil { return .failure(EAGAIN) }
    var sender: UInt32 = 0
    // SAFETY: the shim writes at most the given number of bytes, during the call.
    let length = unsafe buffer.withUnsafeMutableBytes {
      unsafe csockdiag_receive(socket, $0.baseAddress, $0.count, &sender)
    }
    return length < 0 ? .failure(Int32(-length)) : .datagram(length: length, sender: sender)
  }
}
