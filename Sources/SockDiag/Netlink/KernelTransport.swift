internal import CSockDiag
internal import Glibc
package import SockDiagWire

/// A sock_diag socket of the running kernel.
///
/// Safe to use although it holds a pointer: nothing else does, and it is freed with this value.
///
/// Sendable for the same reason: one value, one user of the socket at a time, on whatever thread.
@safe package struct KernelTransport: NetlinkTransport, ~Copyable, @unchecked Sendable {
  /// `nil` where it could not be opened.
  private let socket: OpaquePointer?
  package let portID: UInt32
  /// Why no request can be sent; `nil` if the socket is open.
  package let refusal: SockDiagError?

  /// Opens a socket in the network namespace of the calling thread.
  package init() throws(SockDiagError) {
    var opened: OpaquePointer?
    // SAFETY: the shim writes the pointer and keeps nothing.
    let result = unsafe csockdiag_open(&opened)
    guard result == 0, let socket = unsafe opened else {
      throw .onOpening(errno: -result)
    }
    unsafe self.init(owning: socket)
  }

  /// A transport of which every request fails with the same error, where no socket could be opened.
  package init(refusing refusal: SockDiagError) {
    unsafe socket = nil
    portID = 0
    self.refusal = refusal
  }

  /// Opens a socket in another network namespace.
  ///
  /// - Parameter path: A file of nsfs.
  package init(inNamespaceAt path: String) throws(SockDiagError) {
    // A path may lead to a pipe, whose opening waits for a writer.
    // SAFETY: open copies the path.
    let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .onWay(toNamespace: errno, operation: "open the namespace '\(path)'") }
    defer { close(descriptor) }
    var opened: OpaquePointer?
    // SAFETY: the shim writes the pointer and keeps nothing.
    let result = unsafe csockdiag_open_in(descriptor, &opened)
    guard result == 0, let socket = unsafe opened else {
      throw .onWay(toNamespace: -result, operation: "open a sock_diag socket in the namespace '\(path)'")
    }
    unsafe self.init(owning: socket)
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

  package func write(
    _ request: InetRequest, sequence: UInt32, into buffer: inout [UInt8]
  ) throws(SockDiagError) -> Int {
    var form = csockdiag_inet_request()
    form.family = request.family?.rawValue ?? UInt8(AF_UNSPEC)
    form.protocol = request.protocol.rawValue
    form.extensions = request.details.rawValue
    form.states = request.states.rawValue
    form.local_port = request.local.port
    form.remote_port = request.remote.port
    form.interface_index = request.interfaceIndex
    form.cookie = request.cookie.rawValue
    form.local_address = Self.words(request.local.address)
    form.remote_address = Self.words(request.remote.address)

    // SAFETY: the shim uses the pointers during the call only, with the lengths of their arrays.
    let length = unsafe request.bytecode.withUnsafeBytes { program in
      unsafe buffer.withUnsafeMutableBytes { buffer in
        switch request.form {
        case .dump:
          unsafe csockdiag_put_inet_dump(
            buffer.baseAddress, buffer.count, sequence, &form, program.baseAddress, program.count)
        case .get: unsafe csockdiag_put_inet_get(buffer.baseAddress, buffer.count, sequence, &form)
        case .destroy: unsafe csockdiag_put_inet_destroy(buffer.baseAddress, buffer.count, sequence, &form)
        }
      }
    }
    guard length >= 0 else { throw SockDiagError(errno: Int32(-length), operation: "write a sock_diag request") }
    return length
  }

  /// An address in network byte order, an IPv4 address in the first word.
  private static func words(_ address: IPAddress) -> (UInt32, UInt32, UInt32, UInt32) {
    func word(_ value: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: value).bigEndian }
    return address.family == .inet
      ? (word(address.low), 0, 0, 0)
      : (word(address.high >> 32), word(address.high), word(address.low >> 32), word(address.low))
  }

  package func send(_ buffer: [UInt8], count: Int) throws(SockDiagError) {
    precondition(count <= buffer.count)
    if let refusal { throw refusal }
    // SAFETY: the shim reads `count` bytes during the call, and the buffer has them.
    let result = unsafe buffer.withUnsafeBytes { unsafe csockdiag_send(socket, $0.baseAddress, count) }
    guard result == 0 else { throw SockDiagError(errno: -result, operation: "send a sock_diag request") }
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
