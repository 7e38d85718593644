internal import CSocketLaboratory

/// A fresh network namespace, inhabited by one thread of its own for as long as a closure runs.
///
/// Inside, the loopback device is up with `127.0.0.1` and `::1`, and nothing else exists. No reset ends a TIME_WAIT before
/// its time (`net.ipv4.tcp_rfc1337`), if settings can be written. Sockets made there, files read from
/// `/proc/thread-self/net` and programs started with ``run(_:input:timeout:)`` belong to the namespace. It ends with the
/// closure, and so do its sockets.
///
/// A dedicated thread, because a namespace belongs to a thread: work that blocks here holds up no task, and no other task
/// ever finds itself in the wrong namespace. The closure sees the task-local values of the caller.
public final class NetworkNamespace {
  /// The inode number that names this namespace, as in `/proc/PID/ns/net`.
  public let inode: UInt64
  /// The kernel's id of the inhabiting thread.
  public let threadID: Int32
  package let residents = Residents()

  private init() {
    inode = socklab_namespace_inode()
    threadID = socklab_thread_id()
  }

  /// A path that leads other threads to this namespace while the closure runs (setns(2)).
  public var path: String { "/proc/self/task/\(threadID)/ns/net" }

  /// Whether this process may make network namespaces (CAP_SYS_ADMIN).
  public static var isPermitted: Bool { (try? withNew { _ in true }) ?? false }

  /// Runs `body` in a new namespace and returns what it returns; the calling thread waits.
  public static func withNew<Result: Sendable>(
    _ body: @escaping @Sendable (NetworkNamespace) throws -> Result
  ) throws -> Result {
    try OwnThread.run { try inside(body) }
  }

  /// Runs `body` on the calling thread, in its present namespace. For users who may not make one.
  ///
  /// What is made there is among the host's own sockets, and goes with the closure all the same. The namespace's settings
  /// are not to be touched.
  public static func withCurrent<Result>(_ body: (NetworkNamespace) throws -> Result) rethrows -> Result {
    let namespace = NetworkNamespace()
    defer { namespace.residents.evict() }
    return try body(namespace)
  }

  /// Runs `body` on this thread in yet another namespace, and comes back. That one lasts as long as sockets or processes of
  /// it.
  public func inAnother<Result>(_ body: () throws -> Result) throws -> Result {
    try requireOwnThread()
    let home = try check(socklab_namespace_enter(), "make a second network namespace")
    defer { _ = socklab_namespace_leave(home) }
    return try body()
  }

  /// Sets a sysctl of this namespace, such as `net.ipv4.tcp_fin_timeout`.
  public func set(_ sysctl: String, to value: Int) throws { try set(sysctl, to: String(value)) }

  /// Sets a sysctl of this namespace that is no single number, such as `net.ipv4.ip_local_port_range`.
  public func set(_ sysctl: String, to text: String) throws {
    try FileSystem.write(text, to: "/proc/sys/" + sysctl.replacing(dots: "/"))
  }

  /// Runs `body` on this thread in a new namespace.
  package static func inside<Result>(_ body: (NetworkNamespace) throws -> Result) throws -> Result {
    let home = try check(socklab_namespace_enter(), "make a network namespace")
    // Left before the result is handed over, so that the namespace is gone when the caller goes on.
    defer { _ = socklab_namespace_leave(home) }
    let namespace = NetworkNamespace()
    defer { namespace.residents.evict() }
    return try body(namespace)
  }
}

extension String {
  fileprivate func replacing(dots separator: Character) -> String {
    String(map { $0 == "." ? separator : $0 })
  }
}
