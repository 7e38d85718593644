/// The end of TCP and UDP sockets, as the kernel announces it.
///
/// Everything that ends is announced, whoever owned it, with its cookie, addresses and last figures; no privilege is
/// needed. Not announced are records that are no sockets (TIME_WAIT, SYN_RECV) and sockets of the kernel's own. A
/// socket is announced when the kernel lets go of it, which may be some time after `close`: a TCP connection that still
/// has data to deliver lives on without an owner. The kernel also announces in its own time, under load seconds later,
/// so that a socket may be announced that ended shortly before this value was made.
///
/// Events wait in a receive buffer of the kernel. What does not fit is dropped, counted and told as
/// ``SocketEvent/gap(_:)``, so that a slow reader loses events but never without knowing. The one loss that nobody
/// tells is the kernel's own want of memory for making an event.
///
/// This value owns two descriptors and is for one reader, from any thread, one at a time. It sees the network namespace
/// of the thread that made it.
///
/// Kernel: `SKNLGRP_*_DESTROY`, linux/sock_diag.h, since 4.2; `sock_diag_broadcast_destroy`, net/core/sock_diag.c.
public struct SocketEvents: ~Copyable, Sendable {
  /// A receive buffer that holds about 3,000 events: a third of a second at 10,000 a second.
  public static var defaultReceiveBuffer: Int { 4 << 20 }

  private var reader: EventReader<EventSubscription>

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
    reader = EventReader(try EventSubscription(groups, receiveBuffer: byteCount))
  }

  /// The size of the receive buffer, as the kernel granted it. Kernel: `SO_RCVBUF`, asm-generic/socket.h.
  public var receiveBufferByteCount: Int { reader.transport.receiveBufferByteCount }

  /// The descriptor to wait on, for programs with an event loop.
  ///
  /// It is readable when there is something to read or to be told: call ``nextIfReady()`` until it returns `nil`. It
  /// belongs to this value and is closed with it. Kernel: an epoll instance, since a loop that waits for readability
  /// alone would sleep through the error by which a socket tells that it drops; epoll(7).
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

  /// After how long to look again although the descriptor is not readable; `nil` for never.
  package var recheckMilliseconds: Int32? {
    reader.needsRecheck ? EventReader<EventSubscription>.recheckMilliseconds : nil
  }
}
