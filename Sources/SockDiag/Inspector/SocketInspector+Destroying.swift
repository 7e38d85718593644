public import SockDiagWire

extension SocketInspector {
  /// Destroys a socket, as if its connection had broken, and waits for the kernel's acknowledgement.
  ///
  /// The kernel goes by the cookie: if the socket is gone and another has its addresses, that one is not touched. What
  /// happens depends on the state:
  ///
  /// - A connection: the peer gets a reset, and the process `ECONNABORTED` from what it does next. The descriptor stays
  ///   open, and where the process had chosen the port itself, bound.
  /// - A listener: `accept` fails with `EINVAL`, and connections that waited for it are reset. Its port is free only when
  ///   the process closes the descriptor.
  /// - A connection request (`syn-recv`) and a record of a past connection (`time-wait`) are removed.
  /// - A UDP socket: it is disconnected and loses its device, and the process gets `ECONNABORTED` once. If the process
  ///   chose the port, the socket stays bound to it and takes datagrams as before. On the wildcard address it leaves
  ///   its SO_REUSEPORT group, and may take the datagrams of the others as well, which are then hidden behind it; so
  ///   destroy a whole group from its last to its first in the order of a dump.
  ///
  /// It takes microseconds, except where the socket shares its address and port (SO_REUSEPORT). Then the kernel is asked
  /// on behalf of one peer after the other, until it finds this socket among them: about as often as there are sockets,
  /// after a search among all of the port.
  ///
  /// - Parameter socket: The socket as it was read from the kernel, in the namespace of this inspector.
  /// - Throws: ``SockDiagError`` with the code ``SockDiagError/Code/gone`` if it is not there any more,
  ///   ``SockDiagError/Code/permissionDenied`` without CAP_NET_ADMIN in its namespace,
  ///   ``SockDiagError/Code/destroyUnsupported`` where the kernel cannot do it, ``SockDiagError/Code/onlyBound`` for a TCP
  ///   socket that neither listens nor is connected, ``SockDiagError/Code/shadowed`` for one that the kernel does not
  ///   find behind another of the same address, as with SO_REUSEADDR on UDP, or where a member of the group prefers the
  ///   caller's processor (SO_INCOMING_CPU). A record without cookie, as from `/proc/net`, is not sent:
  ///   ``SockDiagError/Code/missingCookie``.
  ///
  /// Kernel: `SOCK_DESTROY`, linux/sock_diag.h, since 4.5; `tcp_abort`, net/ipv4/tcp.c; `udp_abort`, net/ipv4/udp.c.
  public mutating func destroy(_ socket: InetSocket) throws(SockDiagError) {
    try reader.destroy(socket)
  }
}
