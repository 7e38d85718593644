/// Following an inet socket from poll to poll.
extension InetSocket {
  /// The cookie, with marks for the records that share it: a TIME_WAIT record has the cookie of the connection that it
  /// remains from, and each association of an SCTP endpoint has the endpoint's.
  ///
  /// Records from `/proc/net` have no cookie. There the addresses and the inode make a number, which two different
  /// sockets have by an accident of 1 in 2⁶⁴ only.
  @inlinable public var trackingKey: UInt64 {
    guard present.contains(.cookie), rawCookie != 0, rawProtocol != TransportProtocol.sctp.rawValue else {
      return rareTrackingKey
    }
    return isRemains ? rawCookie ^ 1 << 62 : rawCookie
  }

  /// The key of the TIME_WAIT record that remains from a connection.
  package static func timeWaitKey(_ cookie: SocketCookie) -> UInt64 { cookie.rawValue ^ 1 << 62 }

  @usableFromInline var rareTrackingKey: UInt64 {
    if let cookie, cookie.rawValue != 0 { return cookie.rawValue ^ associationNumber }
    var number = UInt64(inode) | UInt64(family.rawValue) << 32 | UInt64(rawProtocol) << 40
    for word in [localHigh, localLow, remoteHigh, remoteLow, UInt64(localPort) << 16 | UInt64(remotePort)] {
      number = (number ^ word) &* 0x9e37_79b9_7f4a_7c15
      number ^= number >> 29
    }
    return number | 1
  }

  /// Whether this is what remains of a connection: a TIME_WAIT record, or an orphan in FIN_WAIT2 that became one.
  @inlinable package var isRemains: Bool { timerKind == SocketTimer.Kind.timeWait.rawValue || state == .timeWait }

  /// The counters of TCP or MPTCP, and the drops of UDP.
  @inlinable public var counters: SocketCounters? {
    var counters = SocketCounters()
    if let info = tcpInfo {
      counters = SocketCounters(info)
    } else if let info = mptcpInfo {
      counters.bytesAcknowledged = info.bytesAcknowledged
      counters.bytesReceived = info.bytesReceived
      counters.bytesRetransmitted = info.bytesRetransmitted
    } else if drops == nil {
      return nil
    }
    counters.drops = drops.map(UInt64.init)
    return counters
  }

  /// Compares the state, the addresses, the queues and the counters.
  @inlinable public func comparison(with earlier: InetSocket) -> SocketComparison {
    if remotePort != earlier.remotePort || remoteLow != earlier.remoteLow || remoteHigh != earlier.remoteHigh
      || localPort != earlier.localPort || localLow != earlier.localLow || localHigh != earlier.localHigh
    {
      return earlier.remotePort != 0 && isConnectionOriented ? .reset : .changed
    }
    let isSame =
      state == earlier.state && receiveQueue == earlier.receiveQueue && sendQueue == earlier.sendQueue
      && rawDrops == earlier.rawDrops && inode == earlier.inode
    if boxedAttributes.isEmpty || earlier.boxedAttributes.isEmpty { return isSame ? .same : .changed }
    return comparison(ofDetailsOf: earlier, isSame: isSame)
  }

  @usableFromInline
  func comparison(ofDetailsOf earlier: InetSocket, isSame: Bool) -> SocketComparison {
    // Idle TCP sockets are by far the most frequent case, and two numbers that lie side by side tell of them.
    if isSame, boxedAttributes[0].tcpInfo.hasSameActivity(as: earlier.boxedAttributes[0].tcpInfo) {
      return socketMemory?.drops == earlier.socketMemory?.drops ? .same : .changed
    }
    guard let now = counters, let before = earlier.counters else { return isSame ? .same : .changed }
    if now.areReset(since: before) { return .reset }
    return isSame && now == before ? .same : .changed
  }
}

extension TCPInfo {
  /// Whether both have counters, and no segment was sent or received in between.
  @inline(__always)
  func hasSameActivity(as earlier: TCPInfo) -> Bool {
    guard byteCount >= 144, byteCount == earlier.byteCount else { return false }
    // Segments out and in, then the bytes acknowledged and received.
    return words[17] == earlier.words[17] && words[15] == earlier.words[15] && words[16] == earlier.words[16]
  }
}

extension SocketCounters {
  @inlinable @inline(__always)
  init(_ info: borrowing TCPInfo) {
    bytesAcknowledged = info.bytesAcknowledged
    bytesReceived = info.bytesReceived
    bytesRetransmitted = info.bytesRetransmitted
    segmentsSent = info.segmentsOut.map(UInt64.init)
    segmentsReceived = info.segmentsIn.map(UInt64.init)
    segmentsRetransmitted = info.totalRetransmits.map(UInt64.init)
  }
}
