internal import SockDiag
internal import SockDiagWire

extension SMCSocket: ShownSocket {
  func appendIdentity(to detail: inout DetailText) {
    detail.line("socket")
    detail.number("uid", uid)
    detail.count("inode", inode)
    detail.number("cookie", cookie?.rawValue)
    if let sides = shutdown {
      detail.names(
        "shutdown", (sides.contains(.receive) ? ["receive"] : []) + (sides.contains(.send) ? ["send"] : []))
    }
  }

  func appendMemory(to detail: inout DetailText) {
    guard let connection else { return }
    detail.line("buffers")
    detail.number("sndbuf", connection.sendBufferBytes)
    detail.number("rmbe", connection.receiveBufferBytes)
    detail.number("peer_rmbe", connection.peerReceiveBufferBytes)
  }

  func appendTransport(to detail: inout DetailText) {
    detail.line("smc")
    detail.name("mode", mode.description)
    detail.name("state", smcState.description)
    if let connection {
      detail.number("token", connection.token)
      for (key, cursor) in [
        ("rx_prod", connection.receivedProducer), ("rx_cons", connection.receivedConsumer),
        ("tx_prod", connection.sentProducer), ("tx_cons", connection.sentConsumer), ("tx_prep", connection.prepared),
        ("tx_sent", connection.sent), ("tx_fin", connection.confirmed),
      ] { detail.name(key, "\(cursor.wraps):\(cursor.offset)") }
    }
    if let link {
      detail.line("link")
      detail.number("id", link.id)
      detail.name("device", link.device)
      detail.number("port", link.port)
      detail.name("gid", link.localGID)
      detail.name("peer_gid", link.peerGID)
      detail.number("role", link.role)
    }
    if let memoryBuffer {
      detail.line("dmb")
      detail.number("link_id", memoryBuffer.linkID)
      detail.number("gid", memoryBuffer.localGID)
      detail.number("peer_gid", memoryBuffer.peerGID)
      detail.number("token", memoryBuffer.token)
      detail.number("peer_token", memoryBuffer.peerToken)
    }
    guard let fallback, mode == .tcp else { return }
    detail.line("fallback")
    if fallback.reason.rawValue != 0 { detail.rest("reason", fallback.reason.description) }
    if fallback.peerReason.rawValue != 0 {
      detail.line("fallback")
      detail.rest("peer_reason", fallback.peerReason.description)
    }
  }

  /// The addresses and ports of the TCP socket below.
  var ends: (local: SocketAddress, remote: SocketAddress)? { (local, remote) }
  /// Always `nil`: no record has a mark.
  var mark: UInt32? { nil }

  func value(of figure: FilterFigure) -> UInt64? { figure.commonValue(of: self) }
}
