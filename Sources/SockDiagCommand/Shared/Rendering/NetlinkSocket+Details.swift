internal import SockDiag
internal import SockDiagWire

extension NetlinkSocket: ShownSocket {
  func appendIdentity(to detail: inout DetailText) {
    detail.line("socket")
    detail.count("inode", inode)
    detail.number("cookie", cookie?.rawValue)
    detail.names("groups", (groups ?? []).map { "\($0)" })
    detail.count("dst_group", destinationGroup)
    detail.names("flags", FieldBit.texts(of: UInt64(flags?.rawValue ?? 0), in: Flags.names))
  }

  func appendMemory(to detail: inout DetailText) {
    if let memory { detail.append(memory) }
  }

  func appendTransport(to detail: inout DetailText) {}

  /// Always `nil`: port ids are no ports.
  var ends: (local: SocketAddress, remote: SocketAddress)? { nil }
  /// Always `nil`: no record has a mark.
  var mark: UInt32? { nil }

  func value(of figure: FilterFigure) -> UInt64? { figure.commonValue(of: self) }
}
