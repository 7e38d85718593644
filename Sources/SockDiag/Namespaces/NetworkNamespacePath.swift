internal import CSockDiag
internal import Glibc

/// Opens a network namespace.
package struct NetworkNamespacePath: Hashable, Sendable {
  /// The path of a file of nsfs.
  package let path: String

  /// A path, unchanged.
  package init(path: String) { self.path = path }

  /// The namespace that `ip netns add` made with a name.
  package init(name: String) { path = "/run/netns/" + name }

  /// The namespace of a process.
  package init(process: Int32) { path = "/proc/\(process)/ns/net" }

  /// Moves the calling thread into the namespace, and with it all threads that it starts later. Other threads do not
  /// move.
  ///
  /// - Throws: ``SockDiagError`` with the errno: `ENOENT` if nothing is there, `EINVAL` for a file that is not a
  ///   network namespace, `EPERM` and `EACCES` without CAP_SYS_ADMIN. C: `setns`, sched.h.
  package func enter() throws(SockDiagError) {
    // The path may be a pipe, and opening it would wait for a writer. SAFETY: open copies the path.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .onWay(toNamespace: errno, operation: "open the namespace '\(path)'") }
    defer { close(descriptor) }
    let result = csockdiag_enter_network_namespace(descriptor)
    guard result == 0 else { throw .onWay(toNamespace: -result, operation: "enter the namespace '\(path)'") }
  }
}
