/// The end of TCP and UDP sockets, as the kernel announces it.
///
/// The kernel announces every socket that ends, of any owner, with its cookie, addresses and last figures; no privilege
/// is needed. It does not announce records that are not sockets (TIME_WAIT, SYN_RECV) and the kernel's own sockets. A
/// socket is announced when the kernel frees it, which may be some time after `close`: a TCP connection that still has
/// data to deliver continues without an owner. Announcements may be late, by seconds under load, so a socket may be
/// announced that ended shortly before this value was made.
///
/// Events wait in a receive buffer of the kernel. If it is full, further events are dropped, counted and reported as
/// ``SocketEvent/gap(_:)``, so a slow reader always learns of the loss. One kind of loss is not reported: the kernel
/// has no memory to make an event.
///
/// This value owns two descriptors and is for one reader, on any thread, one at a time. It receives the events of the
/// network namespace of the thread that made it, or of the one that was named.
///
/// Kernel: `SKNLGRP_*_DESTROY`, linux/sock_diag.h, since 4.2; `sock_diag_broadcast_destroy`, net/core/sock_diag.c.
public struct SocketEvents: ~Copyable, Sendable {
  /// A receive buffer for about 3,000 events: a third of a second at 10,000 events per second.
  public static var defaultReceiveBuffer: Int { 4 << 20 }

  private var reader: EventReader<EventsTransport>

  /// Subscribes to events in the network namespace of the calling thread.
  ///
  /// - Parameters:
  ///   - groups: Which sockets are of interest.
  ///   - byteCount: The receive buffer in the kernel's measure, in which an event takes about 1,300 bytes. Without
  ///     CAP_NET_ADMIN it is no more than twice the sysctl `net.core.rmem_max`; see ``receiveBufferByteCount``.
  /// - Throws: ``SockDiagError``, with the code ``SockDiagError/Code/missingProtocolHandler`` or
  ///   ``SockDiagError/Code/missingFamily`` where the kernel could announce nothing.
  public init(
    _ groups: SocketEventGroups = .all, receiveBuffer byteCount: Int = Self.defaultReceiveBuffer
  ) throws(SockDiagError) {
    reader = EventReader(.kernel(try EventSubscription(groups, receiveBuffer: byteCount)))
  }

  /// Subscribes to events in a network namespace.
  ///
  /// - Throws: ``SockDiagError``: as without a namespace, and ``SockDiagError/Code/namespaceForbidden`` or
  ///   ``SockDiagError/Code/namespaceGone``.
  public init(
    _ groups: SocketEventGroups = .all, in namespace: NetworkNamespace,
    receiveBuffer byteCount: Int = Self.defaultReceiveBuffer
  ) throws(SockDiagError) {
    reader = EventReader(
      .kernel(
        try namespace.perform { () throws(SockDiagError) in
          try EventSubscription(groups, receiveBuffer: byteCount)
        }))
  }

  /// Receives from a stand-in for the kernel.
  package init(standIn: any StandInEvents) { reader = EventReader(.standIn(standIn)) }

  /// The size of the receive buffer that the kernel granted. Kernel: `SO_RCVBUF`, asm-generic/socket.h.
  public var receiveBufferByteCount: Int { reader.transport.receiveBufferByteCount }

  /// The descriptor to wait on, for programs with an event loop.
  ///
  /// It is readable if there is an event or a gap: call ``nextIfReady()`` until it returns `nil`. It belongs to this
  /// value and is closed with it. Kernel: an epoll instance. A loop that waits only for readability of the socket would
  /// miss the error by which the kernel reports drops; epoll(7).
  public var fileDescriptor: Int32 { reader.transport.descriptor }

  /// The next event, or `nil` if there is none now.
  ///
  /// Allocates once per event.
  ///
  /// - Throws: ``SockDiagError``.
  public mutating func nextIfReady() throws(SockDiagError) -> SocketEvent? { try reader.nextIfReady() }

  /// The next event. The calling thread waits for it.
  ///
  /// - Throws: ``SockDiagError``.
  public mutating func next() throws(SockDiagError) -> SocketEvent {
    while true {
      if let event = try reader.nextIfReady() { return event }
      reader.transport.waitUntilReadable(milliseconds: recheckMilliseconds)
    }
  }

  /// The time after which to look again even if the descriptor is not readable; `nil` for never.
  package var recheckMilliseconds: Int32? {
    reader.needsRecheck ? EventReader<EventsTransport>.recheckMilliseconds : nil
  }
}
