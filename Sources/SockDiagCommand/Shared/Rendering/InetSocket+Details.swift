internal import SockDiag
internal import SockDiagWire

extension InetSocket: ShownSocket {
  func appendIdentity(to detail: inout DetailText) {
    detail.line("socket")
    detail.number("uid", uid)
    detail.count("inode", inode)
    detail.number("cookie", cookie?.rawValue)
    detail.number("cgroup_id", cgroupID)
    detail.count("mark", mark)
    if let isV6Only { detail.number("v6only", isV6Only ? 1 as UInt8 : 0) }
    if let sides = shutdown {
      detail.names(
        "shutdown", (sides.contains(.receive) ? ["receive"] : []) + (sides.contains(.send) ? ["send"] : []))
    }
    if let options {
      // `is_icsk` says nothing that the protocol does not.
      let telling = options.subtracting(.connectionSocket)
      detail.names("options", InetSocketOptions.names.filter { telling.contains($0.option) }.map(\.name))
    }
    detail.count("tos", typeOfService)
    detail.count("tclass", trafficClass)
    detail.count("class_id", classID)
    detail.count("drops", drops)
  }

  func appendMemory(to detail: inout DetailText) {
    if let memory = socketMemory {
      detail.append(memory)
    } else if let memory {
      detail.line("memory")
      detail.number("rmem", memory.receiveAllocated)
      detail.number("wmem", memory.sendQueued)
      detail.number("fmem", memory.forwardAllocated)
      detail.number("tmem", memory.sendAllocated)
    }
  }

  func appendTransport(to detail: inout DetailText) {
    detail.line(self.protocol == .unspecified ? "tcp" : self.protocol.description)
    detail.name("congestion", congestion)
    if let info = congestionInfo { detail.append(info) }
    let info = tcpInfo
    if let info { detail.appendNegotiated(info) }
    if let upper = upperLayerProtocol { detail.append(upper) }
    for key in md5Keys { detail.address("md5", key.address, prefixLength: key.prefixLength) }
    if let info { detail.appendFigures(info, isListener: state == .listen) }
    if hasProtocolPart { appendProtocolPart(to: &detail) }
  }

  /// Appends what only some protocols or some hosts have.
  private func appendProtocolPart(to detail: inout DetailText) {
    if let mptcpInfo { detail.append(mptcpInfo) }
    if let sctpInfo { detail.append(sctpInfo) }
    if localAddresses != nil || peerAddresses != nil {
      detail.appendAddresses(local: localAddresses, peers: peerAddresses)
    }
  }

  func appendPrograms(to detail: inout DetailText) { detail.append(storages) }

  var ends: (local: SocketAddress, remote: SocketAddress)? { (local, remote) }

  func value(of figure: FilterFigure) -> UInt64? { figure.value(of: self) }
}
