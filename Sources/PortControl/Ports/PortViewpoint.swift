public import BindDiagnosis
public import SockDiag

/// From where ports are seen: by default the network namespace of the thread that looks.
///
/// Waiting and ending open what they need through this value, so an embedder replaces it in one place: with inspectors
/// that answer a test, or with those of another network namespace.
public struct PortViewpoint: Sendable {
  /// Prepares the thread that looks, before anything is opened.
  let prepareThread: @Sendable () throws(SockDiagError) -> Void
  /// Opens an inspector.
  let inspector: @Sendable () throws(SockDiagError) -> SocketInspector
  /// Opens a diagnostician.
  let diagnostician: @Sendable () throws(SockDiagError) -> Diagnostician

  /// The network namespace of the thread that looks. A thread that this module starts is in the namespace of the thread
  /// that calls.
  public static let here = PortViewpoint()

  /// Creates a viewpoint.
  ///
  /// - Parameters:
  ///   - prepareThread: Called on a thread that this module has started, before it opens anything. It may move the
  ///     thread to another network namespace: the thread ends with its work. The calls that block the calling thread do
  ///     not call it.
  ///   - inspector: Opens an inspector.
  ///   - diagnostician: Opens a diagnostician.
  public init(
    preparingThread prepareThread: @escaping @Sendable () throws(SockDiagError) -> Void = {
      () throws(SockDiagError) in
    },
    inspector: @escaping @Sendable () throws(SockDiagError) -> SocketInspector = { () throws(SockDiagError) in
      try SocketInspector()
    },
    diagnostician: @escaping @Sendable () throws(SockDiagError) -> Diagnostician = { () throws(SockDiagError) in
      try Diagnostician()
    }
  ) {
    (self.prepareThread, self.inspector, self.diagnostician) = (prepareThread, inspector, diagnostician)
  }
}

extension PortViewpoint {
  /// The ports of another network namespace, as its sockets, settings and addresses show them.
  ///
  /// The thread that looks enters the namespace. The calls that block the calling thread do not move it: then only the
  /// inspectors are in the namespace, and names of interfaces are those of the calling thread.
  ///
  /// The calls that look throw `SockDiagError` with the code `namespaceForbidden` if this user may not enter it.
  public init(in namespace: NetworkNamespace) {
    self.init(
      preparingThread: { () throws(SockDiagError) in try namespace.enter() },
      inspector: { () throws(SockDiagError) in try SocketInspector(in: namespace) },
      diagnostician: { () throws(SockDiagError) in try Diagnostician(in: namespace) })
  }

  /// Prepares the calling thread, which this module has started.
  func prepare() throws(PortControlError) {
    try PortControlError.reading { () throws(SockDiagError) in try prepareThread() }
  }
}
