internal import CSocketLaboratory
internal import Glibc

/// A named process that holds sockets, as a server or a client does. It ends by ``end()`` or with its last reference.
///
/// The process does not use its sockets. Their descriptors begin at 3, in the order of the sockets. The process also
/// ends with the thread that made it.
public final class LabServer {
  /// The process.
  public let pid: Int32
  /// The name of the process. The kernel keeps 15 bytes.
  public let name: String
  private var holder: socklab_holder?

  /// Starts a process that holds sockets.
  ///
  /// - Parameters:
  ///   - name: The name of the process.
  ///   - uid: The user of the process; by default the caller. Another user needs root.
  ///   - sockets: The sockets that the process holds.
  ///   - leavesOpen: Whether the sockets stay open here too, for another server.
  /// - Throws: ``LaboratoryError``.
  public init(_ name: String, uid: UInt32? = nil, holding sockets: [LabSocket], leavingOpen leavesOpen: Bool = false)
    throws
  {
    let descriptors = sockets.map(\.descriptor)
    // SAFETY: the name is terminated, the array holds `count` numbers, and both outlive the call.
    let holder = unsafe descriptors.withUnsafeBufferPointer { buffer in
      unsafe socklab_serve(name, uid ?? geteuid(), buffer.baseAddress, Int32(buffer.count))
    }
    if holder.error != 0 { socklab_let_go(holder) }
    try check(holder.error, "start \(name)")
    (pid, self.name) = (holder.process, name)
    self.holder = holder
    if !leavesOpen { LabSocket.close(sockets) }
  }

  deinit { end() }

  /// Ends the process and waits for it.
  public func end() {
    if let holder { socklab_let_go(holder) }
    holder = nil
  }
}

extension LabSocket {
  /// Gives the socket to another user, as if that user had made it. This needs root.
  ///
  /// Kernel: `sockfs_setattr`, net/socket.c.
  public func give(toUser uid: UInt32) throws {
    try check(socklab_give(descriptor, uid), "give a socket to user \(uid)")
  }
}
