public import SockDiagWire

extension SocketInspector {
  /// Destroys a socket, as if its connection had broken, and waits for the kernel's acknowledgement.
  ///
  /// The kernel compares the cookie: if the socket is gone and another has its addresses, that one is not touched. The
  /// effect depends on the state:
  ///
  /// - A connection: the peer gets a reset, and the next call of the process fails with `ECONNABORTED`. The descriptor
  ///   stays open and, if the process chose the port itself, bound.
  /// - A listener: `accept` fails with `EINVAL`, and connections that waited for it are reset. Its port is free only
  ///   when the process closes the descriptor.
  /// - A connection request (`syn-recv`) and a record of a past connection (`time-wait`) are removed.
  /// - A UDP socket: it is disconnected and loses its device, and the process gets `ECONNABORTED` once. If the process
  ///   chose the port, the socket stays bound to it and receives datagrams as before. On the wildcard address it leaves
  ///   its SO_REUSEPORT group. It may then also receive the datagrams of the others, and hide them from the kernel's
  ///   lookup. So destroy a whole group from its last to its first in the order of a dump.
  /// - A raw socket: it is disconnected, and the process gets `ECONNABORTED` once. The kernel does not compare the cookie
  ///   here, so the socket is looked up first. If another process makes an equal socket between the two requests, that
  ///   one is destroyed.
  ///
  /// It takes microseconds, unless the socket shares its address and port (SO_REUSEPORT). Then the request is repeated
  /// with one peer address after another until the kernel finds this socket: about as often as there are sockets, after
  /// a search among all sockets of the port.
  ///
  /// - Parameter socket: The socket as it was read from the kernel, in the namespace of this inspector.
  /// - Throws: ``SockDiagError`` with one of these codes: ``SockDiagError/Code/gone`` if it does not exist any more;
  ///   ``SockDiagError/Code/permissionDenied`` without CAP_NET_ADMIN in its namespace;
  ///   ``SockDiagError/Code/destroyUnsupported`` if the kernel cannot do it;
  ///   ``SockDiagError/Code/undestroyableProtocol`` for sockets of UDP-Lite, MPTCP, SCTP and DCCP; ``SockDiagError/Code/onlyBound`` for a TCP
  ///   socket that neither listens nor is connected; ``SockDiagError/Code/shadowed`` if the kernel finds only another
  ///   socket of the same address, as with SO_REUSEADDR on UDP, or if a member of the group prefers the caller's
  ///   processor (SO_INCOMING_CPU); ``SockDiagError/Code/missingCookie`` for a record without cookie, as from
  ///   `/proc/net`, which is not sent.
  ///
  /// Kernel: `SOCK_DESTROY`, linux/sock_diag.h, since 4.5; `tcp_abort`, net/ipv4/tcp.c; `udp_abort`, net/ipv4/udp.c.
  public mutating func destroy(_ socket: InetSocket) throws(SockDiagError) {
    try reader.destroy(socket)
  }
}
