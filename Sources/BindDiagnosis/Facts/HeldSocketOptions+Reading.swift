internal import CBindDiagnosis
internal import Glibc
public import SockDiagWire
public import SocketOwners

extension HeldSocketOptions {
  /// Reads the options of a socket that a process holds.
  ///
  /// The descriptor is copied, read and closed. For these microseconds the copy keeps the socket open: if the holder
  /// closes its descriptor in this time, the socket ends with the copy. Nothing about the socket is changed.
  ///
  /// This needs the permission to trace the process (`PTRACE_MODE_ATTACH_REALCREDS`): root, CAP_SYS_PTRACE, or one's
  /// own process. Since Linux 5.6; for a thread with a separate descriptor table since 6.9.
  ///
  /// - Parameters:
  ///   - holder: The place that holds the socket, as numbered in this process's pid namespace.
  ///   - inode: The inode number of the socket.
  ///   - cookie: The cookie of the socket, if it is known; then both must match.
  /// - Throws: ``BindFactError``: `Code.permissionDenied`; `.processGone`; `.descriptorChanged` if the descriptor is
  ///   closed or leads to another socket; `.unsupported` on an older kernel, for a fixed file of an io_uring and for a
  ///   socket that is neither IPv4 nor IPv6.
  ///
  /// Kernel: `pidfd_getfd(2)`, `PIDFD_THREAD`, linux/pidfd.h.
  public init(
    readFrom holder: SocketHolder, inode: UInt32, cookie: SocketCookie? = nil
  ) throws(BindFactError) {
    let operation = "read the options of socket \(inode) of process \(holder.pid)"
    guard holder.fixedFileSlot == nil else {
      throw BindFactError(.unsupported, operation: operation + " among the fixed files of an io_uring")
    }
    let task = holder.threadID ?? holder.pid
    guard task > 0 else { throw BindFactError(.processGone, operation: operation, errno: ESRCH) }
    let expected = cookie == .any ? nil : cookie
    let held = cbinddiagnosis_read(
      task, holder.threadID != nil, Int32(bitPattern: holder.descriptor), UInt64(inode),
      expected?.rawValue ?? 0)
    if let code = Self.failure(held) { throw BindFactError(code, operation: operation, errno: held.error) }
    self.init(held)
  }

  private static func failure(_ held: cbinddiagnosis_held) -> BindFactError.Code? {
    switch (held.step, held.error) {
    case (CBINDDIAGNOSIS_IDENTITY, _), (CBINDDIAGNOSIS_DESCRIPTOR, EBADF): .descriptorChanged
    case (CBINDDIAGNOSIS_READ, 0): nil
    case (CBINDDIAGNOSIS_READ, EAFNOSUPPORT), (CBINDDIAGNOSIS_READ, ENOPROTOOPT), (_, ENOSYS): .unsupported
    // The kernel does not support the flag: the number itself is possible.
    case (CBINDDIAGNOSIS_PROCESS, EINVAL): .unsupported
    case (CBINDDIAGNOSIS_PROCESS, ESRCH), (CBINDDIAGNOSIS_PROCESS, ENOENT), (CBINDDIAGNOSIS_DESCRIPTOR, ESRCH):
      .processGone
    case (_, EPERM), (_, EACCES): .permissionDenied
    default: .system
    }
  }

  private init(_ held: cbinddiagnosis_held) {
    let address =
      held.local.is_v6
      ? IPAddress(v6: held.local.high, held.local.low) : IPAddress(v4: UInt32(truncatingIfNeeded: held.local.low))
    self.init(
      options: BindOptions(rawValue: held.options), unread: BindOptions(rawValue: held.unread),
      family: AddressFamily(rawValue: UInt8(truncatingIfNeeded: held.family)),
      protocol: TransportProtocol(rawValue: UInt16(truncatingIfNeeded: held.protocol)),
      isDatagram: held.type == Int32(SOCK_DGRAM.rawValue), isListening: held.is_listening,
      interfaceIndex: held.interface_index, local: SocketAddress(address, port: held.local.port),
      scopeID: held.local.scope, uid: held.uid, portBounds: Self.bounds(held.port_bounds),
      cookie: SocketCookie(rawValue: held.cookie),
      isInOwnNetwork: held.is_in_own_network < 0 ? nil : held.is_in_own_network == 1)
    if isMultipath, family == .inet6, !options.contains(.v6Only), !address.isUnspecified { unread.insert(.v6Only) }
  }

  /// Creates bounds from the value of the option: the upper 16 bits are the highest port, the lower ones the lowest.
  private static func bounds(_ word: UInt32) -> PortBounds? {
    word == 0
      ? nil : PortBounds(lowest: UInt16(truncatingIfNeeded: word), highest: UInt16(truncatingIfNeeded: word >> 16))
  }
}
