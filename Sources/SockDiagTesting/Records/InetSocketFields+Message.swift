import SockDiagWire

/// Encoding of a record, the counterpart of `InetDecoder`.
///
/// Kernel: `inet_sk_diag_fill`, net/ipv4/inet_diag.c; `INET_DIAG_*`, linux/inet_diag.h.
extension InetSocketFields {
  /// The payload of the message in which the kernel reports the socket: `struct inet_diag_msg` and the attributes.
  ///
  /// - Parameters:
  ///   - details: The details that the request asked for. The kernel sends no others.
  ///   - includesStorages: Whether the request asked for values of BPF programs.
  func payload(_ details: InetDetails, includesStorages: Bool) -> [UInt8] {
    var record = NetlinkBytes()
    record.bytes = [local.address.family.rawValue, reportedState, reportedTimer, timer?.retransmits ?? 0]
    record.append(local.port.bigEndian)
    record.append(remote.port.bigEndian)
    record.bytes += Self.words(local.address) + Self.words(remote.address)
    record.append(interfaceIndex)
    let cookie = cookie?.rawValue ?? 0
    record.append(UInt32(truncatingIfNeeded: cookie))
    record.append(UInt32(truncatingIfNeeded: cookie >> 32))
    for number in [timer?.expiresMilliseconds ?? 0, receiveQueue, sendQueue, uid, inode] { record.append(number) }
    return record.bytes + alwaysSent
      + (attributes(details) + unknownAttributes).flatMap {
        NetlinkBytes.attribute($0.type, $0.payload)
      } + addresses
      + (includesStorages && !storages.isEmpty ? NetlinkBytes.attribute(20, storages.flatMap(\.bytes)) : [])
  }

  /// The kernel reports its TCP_BOUND_INACTIVE as TCP_CLOSE, and an SCTP association in the numbers of SCTP.
  private var reportedState: UInt8 {
    if `protocol` == .sctp, peerAddresses != nil { return state.associationNumber }
    return (state == .boundInactive ? SocketState.close : state).rawValue
  }

  /// Of an SCTP association only one timer is reported: SCTP_EVENT_TIMEOUT_T3_RTX.
  private var reportedTimer: UInt8 {
    guard let timer else { return 0 }
    return `protocol` == .sctp ? 4 : timer.kind.rawValue
  }

  /// The lists of addresses, which only SCTP sends, without being asked.
  private var addresses: [UInt8] {
    [(12, localAddresses), (13, peerAddresses)].flatMap { type, addresses in
      addresses.map { NetlinkBytes.attribute(type, $0.flatMap(\.storageBytes)) } ?? []
    }
  }

  /// Four words for an address; an IPv4 address stands in the first.
  private static func words(_ address: IPAddress) -> [UInt8] {
    address.bytes + [UInt8](repeating: 0, count: 16 - address.bytes.count)
  }

  /// The attributes that no request has to ask for.
  private var alwaysSent: [UInt8] {
    var bytes: [UInt8] = []
    func append(_ type: UInt16, _ payload: [UInt8]?) {
      if let payload { bytes += NetlinkBytes.attribute(type, payload) }
    }
    append(8, shutdown.map { [$0.rawValue] })
    append(10, `protocol` == .raw ? [UInt8(truncatingIfNeeded: local.port)] : nil)
    append(11, isV6Only.map { [$0 ? 1 : 0] })
    append(15, mark.map { NetlinkBytes.number($0) })
    append(21, cgroupID.map { NetlinkBytes.number($0) })
    append(22, options.map { [UInt8(truncatingIfNeeded: $0.rawValue), UInt8(truncatingIfNeeded: $0.rawValue >> 8)] })
    return bytes
  }

  /// The attributes that come with the details of a request.
  private func attributes(_ details: InetDetails) -> [UnknownAttribute] {
    var attributes: [UnknownAttribute] = []
    func append(_ type: UInt16, _ detail: InetDetails, _ payload: [UInt8]?) {
      if let payload, details.contains(detail) { attributes.append(UnknownAttribute(type: type, payload: payload)) }
    }
    append(1, .memory, memory?.bytes)
    append(2, .tcpInfo, mptcpInfo?.bytes ?? sctpInfo?.bytes ?? tcpInfo?.bytes)
    append(4, .congestion, congestion.map { Array($0.utf8) + [0] })
    append(5, .typeOfService, typeOfService.map { [$0] })
    append(6, .trafficClass, trafficClass.map { [$0] })
    append(7, .socketMemory, socketMemory?.bytes)
    append(17, .trafficClass, classID.map { NetlinkBytes.number($0) })
    append(18, .tcpInfo, md5Keys.isEmpty ? nil : md5Keys.flatMap(\.bytes))
    append(19, .tcpInfo, upperLayerProtocol?.bytes)
    if let congestionInfo { append(congestionInfo.attributeType, .congestionInfo, congestionInfo.bytes) }
    return attributes
  }
}

extension InetMemory {
  fileprivate var bytes: [UInt8] {
    [receiveAllocated, sendQueued, forwardAllocated, sendAllocated].flatMap { NetlinkBytes.number($0) }
  }
}

extension SocketMemory {
  /// As many words as a kernel sends that has the last field that is present.
  fileprivate var bytes: [UInt8] {
    let words = [
      receiveAllocated, receiveBuffer, sendAllocated, sendBuffer, forwardAllocated, sendQueued, optionMemory,
      backlog ?? 0, drops ?? 0,
    ]
    return words.prefix(drops != nil ? 9 : backlog != nil ? 8 : 7).flatMap { NetlinkBytes.number($0) }
  }
}

extension CongestionInfo {
  fileprivate var attributeType: UInt16 {
    switch self {
    case .vegas: 3
    case .dctcp: 9
    case .bbr: 16
    }
  }

  fileprivate var bytes: [UInt8] {
    var bytes = NetlinkBytes()
    switch self {
    case .vegas(let info):
      for word in [info.isEnabled ? 1 : 0, info.roundTripCount, info.rttMicroseconds, info.minimumRTTMicroseconds] {
        bytes.append(word)
      }
    case .dctcp(let info):
      bytes.append(UInt16(info.isEnabled ? 1 : 0))
      bytes.append(info.congestionExperiencedState)
      for word in [info.alpha, info.acknowledgedBytesMarked, info.acknowledgedBytesTotal] { bytes.append(word) }
    case .bbr(let info):
      let bandwidth = info.bandwidthBytesPerSecond
      for word in [
        UInt32(truncatingIfNeeded: bandwidth), UInt32(truncatingIfNeeded: bandwidth >> 32), info.minimumRTTMicroseconds,
        info.pacingGain, info.congestionWindowGain,
      ] { bytes.append(word) }
    }
    return bytes.bytes
  }
}

extension TCPMD5Key {
  /// Kernel: `struct tcp_diag_md5sig`, 100 bytes.
  fileprivate var bytes: [UInt8] {
    var bytes = NetlinkBytes()
    bytes.bytes = [address.family.rawValue, prefixLength]
    let key = key.prefix(80)
    bytes.append(UInt16(key.count))
    bytes.bytes += address.bytes + [UInt8](repeating: 0, count: 16 - address.bytes.count)
    bytes.bytes += key + [UInt8](repeating: 0, count: 80 - key.count)
    return bytes.bytes
  }
}

extension SocketAddress {
  /// Kernel: `struct sockaddr_storage`, 128 bytes.
  fileprivate var storageBytes: [UInt8] {
    var bytes = NetlinkBytes()
    bytes.append(UInt16(address.family.rawValue))
    bytes.append(port.bigEndian)
    // IPv6 has its flow label before the address.
    if address.family == .inet6 { bytes.append(0 as UInt32) }
    bytes.bytes += address.bytes
    return bytes.bytes + [UInt8](repeating: 0, count: 128 - bytes.bytes.count)
  }
}

extension SocketStorage {
  /// Kernel: `SK_DIAG_BPF_STORAGE`.
  fileprivate var bytes: [UInt8] {
    NetlinkBytes.attribute(1, NetlinkBytes.attribute(2, NetlinkBytes.number(mapID)) + NetlinkBytes.attribute(3, value))
  }
}
