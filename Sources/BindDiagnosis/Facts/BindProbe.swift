internal import CBindDiagnosis

/// Asks the kernel with a real bind(), which is released at once.
///
/// The answer is exact for bind(), even if the kernel's cache for the port deviates from the rule. It does not cover
/// listen(), which is never called, because a listening socket would accept connections.
///
/// For some microseconds the address is really taken. A server that starts at this moment may fail, and a UDP socket
/// that shares its port may lose a datagram to the probe. So make a probe only on request.
public enum BindProbe {
  /// The result of bind() for a request, in the network namespace of the calling thread: 0 or a positive errno.
  ///
  /// The bind is made on a separate thread. Its sockets belong to the user of the request, and it has
  /// CAP_NET_BIND_SERVICE only if the request has it. The calling thread waits and does not change. Security modules
  /// and cgroup BPF programs see this process, not the program that the request describes.
  ///
  /// When a socket is made as another user, the kernel treats the process as one that changed its user, and its memory
  /// becomes unreadable. If it was readable before (`PR_GET_DUMPABLE`), that is restored afterwards.
  ///
  /// - Parameter request: The address, port and user. For port 0 the kernel chooses.
  /// - Returns: 0 if the bind succeeded, otherwise its errno.
  /// - Throws: ``BindFactError`` if the bind could not be made, or if the errno comes from the privileges of this
  ///   process and not from the request: `Code.userRefused`, `.capabilityMissing`, `.optionRefused`,
  ///   `.unknownInterface`, `.unsupported`.
  ///
  /// Kernel: `bind(2)`; `sock_alloc`, net/socket.c, for the user; `inet_bind`, net/ipv4/af_inet.c, for the capability.
  public static func outcome(of request: BindRequest) throws(BindFactError) -> Int32 {
    let outcome = cbinddiagnosis_bind_apart(try request.forKernel())
    if let error = request.error(of: outcome) { throw error }
    return outcome.error
  }
}
