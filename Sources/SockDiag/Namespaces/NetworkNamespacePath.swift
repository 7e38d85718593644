internal import CSockDiag
internal import Glibc

/// Where a network namespace is found.
package struct NetworkNamespacePath: Hashable, Sendable {
  /// The path of a file of nsfs.
  package let path: String

  /// A path as it is.
  package init(path: String) { self.path = path }

  /// The namespace that `ip netns add` made under a name.
  package init(name: String) { path = "/run/netns/" + name }

  /// The namespace of a process.
  package init(process: Int32) { path = "/proc/\(process)/ns/net" }

  /// Moves the calling thread there, and with it all threads that it starts afterwards. Other threads stay where they are.
  ///
  /// - Throws: ``SockDiagError`` with the errno: `ENOENT` where there is nothing, `EINVAL` for a file that is no network
  ///   namespace, `EPERM` and `EACCES` without CAP_SYS_ADMIN. C: `setns`, sched.h.
  package func enter() throws(SockDiagError) {
    // A path may lead to a pipe, whose opening waits for a writer.
    // SAFETY: open copies the path.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .onWay(toNamespace: errno, operation: "open the namespace '\(path)'") }
    defer { close(descriptor) }
    let result = csockdiag_enter_network_namespace(descriptor)
    guard result == 0 else { throw .onWay(toNamespace: -result, operation: "enter the namespace '\(path)'") }
  }
}
