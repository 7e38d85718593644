import SockDiagTesting
import Testing

/// Records that a test makes.
@Suite struct SpecimenTests {
  @Test func specimenHasWhatWasSet() {
    let socket = InetSocket.specimen(.tcp, .established, local: "[fe80::1]:22", remote: "[fe80::2]:50022") {
      $0.interfaceIndex = 3
      $0.cookie = SocketCookie(rawValue: 0x1122_3344_5566_7788)
      ($0.uid, $0.inode) = (1000, 4711)
      ($0.receiveQueue, $0.sendQueue) = (5, 6)
      $0.timer = SocketTimer(.retransmit, expiresMilliseconds: 200, retransmits: 2)
      ($0.mark, $0.cgroupID, $0.shutdown) = (7, 8, ShutdownSides(rawValue: 1))
      $0.options = InetSocketOptions(rawValue: 0x101)
      $0.congestion = "bbr"
      $0.congestionInfo = .bbr(
        BBRInfo(
          bandwidthBytesPerSecond: 1 << 40, minimumRTTMicroseconds: 9, pacingGain: 256, congestionWindowGain: 512))
      ($0.typeOfService, $0.trafficClass, $0.classID) = (16, 32, 64)
      $0.memory = InetMemory(receiveAllocated: 1)
      $0.socketMemory = SocketMemory(receiveBuffer: 2, backlog: 3, drops: 4)
      $0.upperLayerProtocol = UpperLayerProtocol()
      $0.upperLayerProtocol?.name = "tls"
      $0.upperLayerProtocol?.tls = TLSInfo()
      $0.upperLayerProtocol?.tls?.version = 0x0304
      $0.md5Keys = [TCPMD5Key(address: IPAddress(v4: 1), prefixLength: 32, key: [1, 2, 3])]
      $0.unknownAttributes = [UnknownAttribute(type: 99, payload: [1])]
    }
    #expect(socket.protocol == .tcp && socket.family == .inet6 && socket.state == .established)
    #expect(socket.local == "[fe80::1]:22" && socket.remote == "[fe80::2]:50022" && socket.interfaceIndex == 3)
    #expect(socket.cookie?.rawValue == 0x1122_3344_5566_7788 && socket.uid == 1000 && socket.inode == 4711)
    #expect(socket.receiveQueue == 5 && socket.sendQueue == 6 && socket.timer?.retransmits == 2)
    #expect(socket.mark == 7 && socket.cgroupID == 8 && socket.shutdown?.rawValue == 1)
    #expect(socket.options?.rawValue == 0x101 && socket.congestion == "bbr")
    #expect(socket.typeOfService == 16 && socket.trafficClass == 32 && socket.classID == 64)
    #expect(socket.memory?.receiveAllocated == 1 && socket.drops == 4 && socket.socketMemory?.backlog == 3)
    #expect(socket.upperLayerProtocol?.tls?.version == 0x0304 && socket.md5Keys.first?.key == [1, 2, 3])
    #expect(socket.unknownAttributes == [UnknownAttribute(type: 99, payload: [1])])
    guard case .bbr(let info)? = socket.congestionInfo else { return #expect(Bool(false), "no figures") }
    #expect(info.bandwidthBytesPerSecond == 1 << 40 && info.congestionWindowGain == 512)
    #expect(socket.changing { $0.receiveQueue = 9 }.changing { $0.receiveQueue = 5 } == socket)
  }

  @Test func timeWaitRecordBelongsToNobody() {
    let record = InetSocket.specimen(.tcp, .timeWait, local: "10.0.0.1:443", remote: "10.0.0.9:51001") { $0.uid = 33 }
    #expect(record.isMinisocket && record.uid == nil && record.inode == 0)
  }

  @Test func boundSocketIsToldFromAClosedOne() {
    #expect(InetSocket.specimen(.tcp, .boundInactive, local: "0.0.0.0:1").state == .boundInactive)
    #expect(InetSocket.specimen(.udp, .close, local: "0.0.0.0:1").state == .close)
  }

  @Test func tcpInfoHasWhatWasSetAndZeroOtherwise() {
    let info = TCPInfo.specimen {
      $0.state = .closeWait
      $0.options = [.ecn, .timestamps]
      ($0.sendWindowScale, $0.receiveWindowScale) = (7, 9)
      ($0.isDeliveryRateAppLimited, $0.fastOpenClientFailure) = (true, 2)
      $0.smoothedRTT = .microseconds(1234)
      $0.sinceLastDataSent = .milliseconds(56)
      $0.busyTime = .seconds(3)
      ($0.congestionWindow, $0.totalTimeouts, $0.bytesSent) = (10, 3, 1 << 40)
    }
    #expect(info.state == .closeWait && info.options == [.ecn, .timestamps])
    #expect(info.sendWindowScale == 7 && info.receiveWindowScale == 9)
    #expect(info.isDeliveryRateAppLimited == true && info.fastOpenClientFailure == 2)
    #expect(info.smoothedRTT == .microseconds(1234) && info.sinceLastDataSent == .milliseconds(56))
    #expect(info.busyTime == .seconds(3) && info.congestionWindow == 10 && info.totalTimeouts == 3)
    #expect(info.bytesSent == 1 << 40 && info.lostSegments == 0 && info.receivedE1Bytes == nil)
  }

  @Test func tcpInfoOfAnOldKernelLacksLaterMembers() {
    let info = TCPInfo.specimen(byteCount: 104) {
      $0.totalRetransmits = 5
      $0.pacingRateBytesPerSecond = 1
    }
    #expect(info.byteCount == 104 && info.totalRetransmits == 5 && info.pacingRateBytesPerSecond == nil)
    #expect(TCPInfo.specimen(byteCount: .min) { _ in }.byteCount == 0)
    #expect(TCPInfo.specimen(byteCount: .max) { $0.tail = [1] }.byteCount == 281)
  }

  @Test(arguments: [Duration.seconds(Int64.min), .nanoseconds(-1), .nanoseconds(1), .seconds(Int64.max)])
  func durationOfAnySizeIsClamped(time: Duration) {
    let info = TCPInfo.specimen {
      $0.smoothedRTT = time
      $0.busyTime = time
    }
    #expect(info.smoothedRTT == (time > .seconds(1) ? .microseconds(Int64(UInt32.max)) : .zero))
    #expect(info.busyTime == (time > .seconds(1) ? .microseconds(Int64.max) : .zero))
  }
}
