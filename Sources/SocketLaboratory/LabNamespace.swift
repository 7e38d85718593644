internal import CSocketLaboratory

/// A new network namespace with a thread of its own. It lasts as long as a closure runs.
///
/// The loopback device is up with `127.0.0.1` and `::1`, and there are no other devices. No reset ends a TIME_WAIT
/// early (`net.ipv4.tcp_rfc1337`), if settings can be written. Sockets that the thread makes, files that it reads from
/// `/proc/thread-self/net` and programs that ``run(_:input:timeout:)`` starts belong to the namespace. Its sockets end
/// with the closure.
///
/// The namespace has a thread of its own, because a namespace belongs to a thread. So blocking work delays no task, and
/// no other task runs in the wrong namespace. The closure sees the task-local values of the caller.
public final class LabNamespace {
  /// The inode number of this namespace, as in `/proc/PID/ns/net`.
  public let inode: UInt64
  /// The kernel's id of the namespace's thread.
  public let threadID: Int32
  package let residents = Residents()

  private init() {
    inode = socklab_namespace_inode()
    threadID = socklab_thread_id()
  }

  /// A path by which other threads can enter this namespace while the closure runs (setns(2)).
  public var path: String { "/proc/self/task/\(threadID)/ns/net" }

  /// Whether this process may make network namespaces (CAP_SYS_ADMIN).
  public static var isPermitted: Bool { (try? withNew { _ in true }) ?? false }

  /// Runs `body` in a new namespace and returns its result. The calling thread waits.
  public static func withNew<Result: Sendable>(
    _ body: @escaping @Sendable (LabNamespace) throws -> Result
  ) throws -> Result {
    try OwnThread.run { try inside(body) }
  }

  /// Runs `body` on the calling thread in its present namespace, for users who may not make a new one.
  ///
  /// The sockets are among the host's own. They end with the closure too. `body` must not change settings of the
  /// namespace.
  public static func withCurrent<Result>(_ body: (LabNamespace) throws -> Result) rethrows -> Result {
    let namespace = LabNamespace()
    defer { namespace.residents.evict() }
    return try body(namespace)
  }

  /// Runs `body` on this thread in another new namespace, then returns to this one. The other namespace lasts as long
  /// as its sockets or processes.
  public func inAnother<Result>(_ body: () throws -> Result) throws -> Result {
    try requireOwnThread()
    let home = try check(socklab_namespace_enter(), "make a second network namespace")
    defer { _ = socklab_namespace_leave(home) }
    return try body()
  }

  /// Sets a sysctl of this namespace, such as `net.ipv4.tcp_fin_timeout`.
  public func set(_ sysctl: String, to value: Int) throws { try set(sysctl, to: String(value)) }

  /// Sets a sysctl of this namespace to text, such as `net.ipv4.ip_local_port_range`.
  public func set(_ sysctl: String, to text: String) throws {
    try FileSystem.write(text, to: "/proc/sys/" + sysctl.replacing(dots: "/"))
  }

  /// Runs `body` on this thread in a new namespace.
  package static func inside<Result>(_ body: (LabNamespace) throws -> Result) throws -> Result {
    let home = try check(socklab_namespace_enter(), "make a network namespace")
    // The thread leaves before the caller gets the result, so that the namespace has ended by then.
    defer { _ = socklab_namespace_leave(home) }
    let namespace = LabNamespace()
    defer { namespace.residents.evict() }
    return try body(namespace)
  }
}

extension String {
  fileprivate func replacing(dots separator: Character) -> String {
    String(map { $0 == "." ? separator : $0 })
  }
}
