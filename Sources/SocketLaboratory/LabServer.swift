internal import CSocketLaboratory
internal import Glibc

/// A process with a name of its own that holds sockets, as a server or a client does, until it is ended or forgotten.
///
/// It does nothing with them. Its descriptors are numbered from 3 in the order of the sockets, and it ends with the thread
/// that made it, whatever ends that.
public final class LabServer {
  /// The process.
  public let pid: Int32
  /// Its name, of which the kernel keeps 15 bytes.
  public let name: String
  private var holder: socklab_holder?

  /// Starts a process that takes sockets over.
  ///
  /// - Parameters:
  ///   - name: What the process is called.
  ///   - uid: Whose the process is; by default the caller's. Another one takes root.
  ///   - sockets: What it holds.
  ///   - leavesOpen: Whether the sockets stay open here as well, for another server.
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
  /// Makes the socket another user's, as if that user had made it. Takes root.
  ///
  /// Kernel: `sockfs_setattr`, net/socket.c.
  public func give(toUser uid: UInt32) throws {
    try check(socklab_give(descriptor, uid), "give a socket to user \(uid)")
  }
}
