internal import CSockDiag
internal import Glibc

/// An open file of nsfs that leads to a network namespace. It keeps the namespace alive.
struct NamespaceFile: ~Copyable {
  private let descriptor: Int32
  private let path: String
  let id: NetworkNamespace.ID

  /// Opens a file.
  ///
  /// - Throws: As ``NetworkNamespace/at(path:)`` does.
  init(_ path: String) throws(SockDiagError) {
    // A path may lead to a pipe, and opening that waits for a writer. SAFETY: open copies the path.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .onWay(toNamespace: errno, operation: "open the namespace '\(path)'") }
    var id = NetworkNamespace.ID(device: 0, inode: 0)
    // SAFETY: the call fills in the two numbers.
    let result = unsafe csockdiag_identify_network_namespace(descriptor, &id.device, &id.inode)
    guard result == 0 else {
      close(descriptor)
      throw .onWay(toNamespace: -result, operation: "open the namespace '\(path)'")
    }
    self.descriptor = descriptor
    self.path = path
    self.id = id
  }

  deinit { close(descriptor) }

  /// Moves the calling thread into the namespace.
  func enter() throws(SockDiagError) {
    let result = csockdiag_enter_network_namespace(descriptor)
    guard result == 0 else { throw .onWay(toNamespace: -result, operation: "enter the namespace '\(path)'") }
  }
}

extension NetworkNamespace {
  /// The files to enter by, the most lasting ones first.
  private var ways: [String] {
    paths.filter { !$0.hasPrefix("/proc/") } + processes.map { "/proc/\($0)/ns/net" }
      + paths.filter { $0.hasPrefix("/proc/") }
  }

  /// Whether the calling thread is in the namespace.
  var isOfCallingThread: Bool {
    ID(ofFile: "/proc/thread-self/ns/net") == id || isHidden && Self.hasTables(id)
  }

  /// Moves the calling thread into the namespace, and with it all threads that it starts later. Other threads do not move.
  ///
  /// Only for a thread of one's own, and for a program with one thread.
  ///
  /// - Throws: ``SockDiagError``: ``SockDiagError/Code/namespaceForbidden`` if a way leads there that may not be used,
  ///   otherwise ``SockDiagError/Code/namespaceGone``.
  package func enter() throws(SockDiagError) {
    var failure: SockDiagError?
    for way in ways {
      do throws(SockDiagError) {
        let file = try NamespaceFile(way)
        // The process may have moved, and its id or the path may lead to another namespace now.
        guard file.id == id else { continue }
        return try file.enter()
      } catch {
        // The path may lead to something else by now, which this user may not open.
        if let there = ID(ofFile: way), there != id { continue }
        if failure == nil || error.code == .namespaceForbidden { failure = error }
      }
    }
    if let failure, !Self.meansGone(failure.errno) { throw failure }
    throw SockDiagError(
      .namespaceGone, operation: "enter the network namespace \(self)", errno: failure?.errno ?? ENOENT)
  }

  /// Whether an errno on the way to a namespace means that the way ended.
  private static func meansGone(_ errno: Int32) -> Bool { [ENOENT, ESRCH, ENOTDIR, EINVAL, ENXIO].contains(errno) }

  /// Runs `body` inside the namespace: on the calling thread if it is there, otherwise on a thread of this library while
  /// the calling thread waits.
  ///
  /// - Throws: ``SockDiagError`` if the namespace cannot be entered, or the error of `body`.
  package func perform<Value: ~Copyable>(
    _ body: () throws(SockDiagError) -> Value
  ) throws(SockDiagError) -> Value {
    if isOfCallingThread { return try body() }
    var value: Value?
    var failure: SockDiagError?
    try NamespaceThread.run {
      do throws(SockDiagError) {
        try enter()
        value = try body()
      } catch {
        failure = error
      }
    }
    if let value = value.take() { return value }
    throw failure ?? SockDiagError(.system, operation: "run a thread in the network namespace \(self)")
  }
}
