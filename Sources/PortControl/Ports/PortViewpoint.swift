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
  /// Prepares the calling thread, which this module has started.
  func prepare() throws(PortControlError) {
    try PortControlError.reading { () throws(SockDiagError) in try prepareThread() }
  }
}
