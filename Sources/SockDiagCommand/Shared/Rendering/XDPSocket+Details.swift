internal import SockDiag
internal import SockDiagWire

extension XDPSocket: ShownSocket {
  func appendIdentity(to detail: inout DetailText) {
    detail.line("socket")
    detail.number("uid", uid)
    detail.count("inode", inode)
    detail.number("cookie", cookie?.rawValue)
  }

  func appendMemory(to detail: inout DetailText) {
    if let memory { detail.append(memory) }
    guard let userMemory else { return }
    detail.line("umem")
    detail.number("id", userMemory.id)
    detail.number("size", userMemory.bytes)
    detail.number("num_pages", userMemory.pageCount)
    detail.number("chunk_size", userMemory.chunkBytes)
    detail.number("headroom", userMemory.headroomBytes)
    detail.number("ifindex", userMemory.queue.interfaceIndex)
    detail.number("queue_id", userMemory.queue.number)
    detail.names("flags", FieldBit.texts(of: UInt64(userMemory.flags.rawValue), in: UserMemory.Flags.names))
    detail.number("refs", userMemory.references)
  }

  func appendTransport(to detail: inout DetailText) {
    detail.line("rings")
    detail.number("rx", receiveRingEntries)
    detail.number("tx", sendRingEntries)
    detail.number("fill", fillRingEntries)
    detail.number("completion", completionRingEntries)
    guard let statistics else { return }
    detail.line("stats")
    detail.number("rx_dropped", statistics.receiveDropped)
    detail.number("rx_invalid", statistics.receiveInvalid)
    detail.number("rx_full", statistics.receiveRingFull)
    detail.number("fill_ring_empty", statistics.fillRingEmpty)
    detail.number("tx_invalid", statistics.sendInvalid)
    detail.number("tx_ring_empty", statistics.sendRingEmpty)
  }

  /// Always `nil`: XDP sockets have no ports.
  var ends: (local: SocketAddress, remote: SocketAddress)? { nil }
  /// Always `nil`: no record has a mark.
  var mark: UInt32? { nil }

  func value(of figure: FilterFigure) -> UInt64? { figure.commonValue(of: self) }
}
