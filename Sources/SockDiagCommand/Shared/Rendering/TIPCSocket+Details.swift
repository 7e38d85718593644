internal import SockDiag
internal import SockDiagWire

extension TIPCSocket: ShownSocket {
  func appendIdentity(to detail: inout DetailText) {
    detail.line("socket")
    detail.number("uid", uid)
    detail.count("inode", inode)
    detail.number("cookie", cookie?.rawValue)
    detail.flag("publications", hasPublications)
  }

  func appendMemory(to detail: inout DetailText) {}

  func appendTransport(to detail: inout DetailText) {
    detail.line("tipc")
    if let service = connection?.service { detail.name("via", "{\(service.type),\(service.instance)}") }
    if let statistics {
      detail.number("drops", statistics.drops)
      detail.flag("link-congested", statistics.isLinkCongested)
      detail.flag("connection-congested", statistics.isConnectionCongested)
    }
    guard let group else { return }
    detail.line("group")
    detail.number("id", group.id)
    detail.number("instance", group.instance)
    detail.number("bc_send_next", group.nextBroadcast)
    detail.flag("open", group.isOpen)
    detail.flag("node-scope", group.hasNodeScope)
    detail.flag("cluster-scope", group.hasClusterScope)
  }

  /// Always `nil`: the numbers of TIPC sockets are no ports.
  var ends: (local: SocketAddress, remote: SocketAddress)? { nil }
  /// Always `nil`: no record has a mark.
  var mark: UInt32? { nil }

  func value(of figure: FilterFigure) -> UInt64? { figure.commonValue(of: self) }
}
