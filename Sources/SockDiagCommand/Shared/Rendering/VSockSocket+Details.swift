internal import SockDiag
internal import SockDiagWire

extension VSockSocket: ShownSocket {
  func appendIdentity(to detail: inout DetailText) {
    detail.line("socket")
    detail.count("inode", inode)
    detail.number("cookie", cookie?.rawValue)
    if local.contextID != VSockAddress.anyContextID { detail.name("local", local.contextName) }
    if remote.contextID != VSockAddress.anyContextID { detail.name("peer", remote.contextName) }
    detail.names(
      "shutdown", (shutdown.contains(.receive) ? ["receive"] : []) + (shutdown.contains(.send) ? ["send"] : []))
  }

  func appendMemory(to detail: inout DetailText) {}

  func appendTransport(to detail: inout DetailText) {}

  /// Always `nil`: ports of vsock have 32 bits.
  var ends: (local: SocketAddress, remote: SocketAddress)? { nil }
  /// Always `nil`: no record has a mark.
  var mark: UInt32? { nil }

  func value(of figure: FilterFigure) -> UInt64? { figure.commonValue(of: self) }
}
