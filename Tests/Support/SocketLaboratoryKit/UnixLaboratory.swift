internal import CSocketLaboratory
internal import CSocketLaboratoryKit
internal import SocketLaboratory

/// UNIX sockets in a file system of its own, on the thread of a network namespace.
///
/// The calling thread gets a new mount namespace, and everything in the tree ends with the thread.
public struct UnixLaboratory: ~Copyable {
  /// The folder at which the file system is mounted.
  public let tree: String

  /// Mounts an empty file system at a folder.
  ///
  /// - Throws: ``LaboratoryError``.
  public init(at folder: String) throws {
    tree = folder
    // SAFETY: the call reads the NUL-terminated path and keeps nothing.
    try check(unsafe socklab_own_tree(folder), "mount a file system at \(folder)")
  }

  /// Mounts another empty file system, which every user may write to.
  public func mountFileSystem(at folder: String) throws {
    // SAFETY: as above.
    try check(unsafe socklab_new_file_system(folder), "mount a file system at \(folder)")
  }

  /// Makes the mount of a folder read-only, or the whole file system.
  public func makeReadOnly(_ folder: String, wholeFileSystem: Bool) throws {
    // SAFETY: as above.
    try check(unsafe socklab_make_read_only(folder, wholeFileSystem), "make \(folder) read-only")
  }
}

/// A UNIX socket whose calls do not wait. It is closed when it goes.
public final class UnixLabSocket: Sendable {
  /// The descriptor.
  public let descriptor: Int32

  /// Creates a socket by the number of its type. Kernel: `SOCK_*`, linux/net.h.
  public init(type: UInt8) throws {
    descriptor = try check(socklab_unix_socket(Int32(type)), "make a UNIX socket")
  }

  private init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { _ = socklab_close(descriptor) }

  /// Binds to the bytes of `sun_path`. Returns the errno, 0 for success.
  public func bind(_ name: [UInt8]) -> Int32 {
    // SAFETY: the call reads as many bytes as there are and keeps nothing.
    let result = unsafe socklab_unix_bind(descriptor, name, name.count)
    return -result
  }

  /// Connects to the bytes of `sun_path`. Returns the errno, 0 for success.
  public func connect(_ name: [UInt8]) -> Int32 {
    // SAFETY: as above.
    let result = unsafe socklab_unix_connect(descriptor, name, name.count)
    return -result
  }

  /// Listens.
  public func listen(backlog: Int32) throws { try check(socklab_unix_listen(descriptor, backlog), "listen") }

  /// Accepts a connection that waits.
  public func accept() throws -> UnixLabSocket {
    UnixLabSocket(descriptor: try check(socklab_unix_accept(descriptor), "accept"))
  }

  /// Receives nothing more.
  public func stopReceiving() throws { try check(socklab_shutdown(descriptor, true, false), "shut down") }
}
