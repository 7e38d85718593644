internal import BindDiagnosis
public import SockDiag

extension PortViewpoint {
  /// Another network namespace.
  ///
  /// The thread that looks is one of this module. It enters the namespace and ends there, so events, settings and interfaces
  /// are those of the namespace too. So use it with the calls that suspend: those that block look from the namespace of the
  /// calling thread, except for sockets and diagnoses.
  ///
  /// Looking fails with the code `namespaceForbidden` where this user may not enter the namespace, and with `namespaceGone`
  /// if it has ended.
  public init(in namespace: NetworkNamespace) {
    self.init(
      preparingThread: { () throws(SockDiagError) in try namespace.enter() },
      inspector: { () throws(SockDiagError) in try SocketInspector(in: namespace) },
      diagnostician: { () throws(SockDiagError) in try Diagnostician(in: namespace) })
  }
}
