internal import CBindDiagnosis

/// Asks the kernel itself: binds as a request would, and lets go at once.
///
/// The answer is exact for bind(), also where the rule that the kernel should follow and what it remembers of earlier
/// binds differ. It says nothing of listen(), which is never called: a socket that listens takes connections.
///
/// For some microseconds the address is really taken. A server that starts in this very moment may fail, and a UDP
/// socket that shares its port may lose a datagram to the probe. Therefore it is made only for somebody who asked for it.
public enum BindProbe {
  /// What bind() says to a request, in the network namespace of the calling thread: 0 or a positive errno.
  ///
  /// The bind is done on a thread of its own, whose sockets belong to the request's user and which has
  /// CAP_NET_BIND_SERVICE only if the request has; the calling thread waits and stays what it is. Security modules and
  /// BPF programs at the cgroup see this process and not the one that the request stands for.
  ///
  /// Making a socket as another user lets the kernel take the process for one that changed its user, whose memory is
  /// nobody's to see; if it was not so before (`PR_GET_DUMPABLE`), that is undone afterwards.
  ///
  /// - Parameter request: What to bind, and as whom. A port of 0 is one of the kernel's choice.
  /// - Returns: 0 if the bind succeeded, otherwise its errno.
  /// - Throws: ``BindFactError`` if it did not come to a bind, or if the errno is one of this process's rights and not of
  ///   the request: `Code.userRefused`, `.capabilityMissing`, `.optionRefused`, `.unknownInterface`, `.unsupported`.
  ///
  /// Kernel: `bind(2)`; `sock_alloc`, net/socket.c, for the user; `inet_bind`, net/ipv4/af_inet.c, for the capability.
  public static func outcome(of request: BindRequest) throws(BindFactError) -> Int32 {
    let outcome = cbinddiagnosis_bind_apart(try request.forKernel())
    if let error = request.error(of: outcome) { throw error }
    return outcome.error
  }
}
