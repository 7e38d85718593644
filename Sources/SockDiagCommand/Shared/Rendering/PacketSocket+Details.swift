internal import SockDiag
internal import SockDiagWire

extension PacketSocket: ShownSocket {
  func appendIdentity(to detail: inout DetailText) {
    detail.line("socket")
    detail.number("uid", uid)
    detail.count("inode", inode)
    detail.number("cookie", cookie?.rawValue)
    if let info {
      detail.names("flags", FieldBit.texts(of: UInt64(info.flags.rawValue), in: Flags.names))
      detail.count("reserve", info.reservedBytes)
      detail.count("copy_thresh", info.copyThreshold)
      detail.count("tstamp", info.timestamping)
    }
    if let fanout {
      detail.line("fanout")
      detail.number("id", fanout.id)
      detail.name("type", fanout.method.description)
    }
    for membership in memberships ?? [] {
      detail.line("member")
      detail.name("type", membership.kind.description)
      detail.number("interface", membership.interfaceIndex)
      if !membership.address.isEmpty {
        detail.name("address", membership.address.map { [$0].hexadecimal }.joined(separator: ":"))
      }
      if membership.count != 1 { detail.number("count", membership.count) }
    }
  }

  func appendMemory(to detail: inout DetailText) {
    if let memory { detail.append(memory) }
  }

  func appendTransport(to detail: inout DetailText) {
    for (label, ring) in [("rx_ring", receiveRing), ("tx_ring", sendRing)] {
      guard let ring else { continue }
      detail.line(label)
      // TPACKET_V1 is 0.
      if let info { detail.number("version", UInt64(info.ringVersion) + 1) }
      detail.number("block_size", ring.blockBytes)
      detail.number("block_nr", ring.blockCount)
      detail.number("frame_size", ring.frameBytes)
      detail.number("frame_nr", ring.frameCount)
      detail.time("retire_tmo", .milliseconds(ring.retireTimeoutMilliseconds))
      detail.count("sizeof_priv", ring.privateBytes)
      detail.count("features", ring.features)
    }
  }

  func appendPrograms(to detail: inout DetailText) {
    switch filter {
    case .program(let instructions):
      detail.line("filter")
      detail.number("instructions", UInt64(instructions.count))
      detail.rest("bpf", instructions.map(\.description).joined(separator: ", "))
    case .hidden:
      detail.line("filter")
      detail.flag("hidden (needs CAP_NET_ADMIN)", true)
    case nil: break
    }
  }

  /// Always `nil`: packet sockets have no ports.
  var ends: (local: SocketAddress, remote: SocketAddress)? { nil }
  /// Always `nil`: no record has a mark.
  var mark: UInt32? { nil }

  func value(of figure: FilterFigure) -> UInt64? { figure.commonValue(of: self) }
}
