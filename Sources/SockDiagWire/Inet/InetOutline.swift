/// What sums are made of, read from a record in place. It costs a third of a decoded ``InetSocket``.
///
/// For records of TCP and UDP: other protocols tell their states and their counters in other ways.
package struct InetOutline: Sendable {
  package let state: SocketState
  package let localPort: UInt16
  package let remotePort: UInt16
  package let receiveQueue: UInt32
  package let sendQueue: UInt32
  package let inode: UInt32
  /// The user who made the socket; `nil` as in ``InetSocket/uid``.
  package let uid: UInt32?
  /// The cgroup in which the socket was made; `nil` if the kernel does not report it.
  package private(set) var cgroupID: UInt64?
  /// Where `tcp_info` lies in the datagram; empty if it is absent.
  private var info = 0..<0
  /// Whether an attribute is damaged. Those before it were read.
  package private(set) var isDamaged = false

  private let family: AddressFamily
  private let remoteHigh: UInt64
  private let remoteLow: UInt64

  /// Reads a record.
  ///
  /// - Parameters:
  ///   - payload: The range of the payload in `bytes`.
  ///   - bytes: The datagram.
  ///   - isTCP: Whether this is a record of TCP.
  ///   - readsAttributes: Whether the cgroup and `tcp_info` are read. Stepping over attributes is half of the cost.
  /// - Returns: `nil` if the record is too short.
  package init?(_ payload: Range<Int>, in bytes: Span<UInt8>, isTCP: Bool, readsAttributes: Bool) {
    guard let state = InetDecoder.state(payload, in: bytes, isTCP: isTCP) else { return nil }
    self.state = state
    let record = bytes.extracting(payload)
    precondition(record.count >= InetDecoder.fixedByteCount)
    family = AddressFamily(rawValue: record[0])
    localPort = record.network16(at: 4)
    remotePort = record.network16(at: 6)
    if record[0] == AddressFamily.inet.rawValue {
      remoteHigh = 0
      remoteLow = UInt64(record.network32(at: 24))
    } else {
      remoteHigh = record.network64(at: 24)
      remoteLow = record.network64(at: 32)
    }
    receiveQueue = record.host32(at: 56)
    sendQueue = record.host32(at: 60)
    inode = record.host32(at: 68)
    let isMinisocket = InetSocket.isMinisocket(timer: record[2], state, inode: inode)
    uid = isMinisocket ? nil : record.host32(at: 64)

    if !readsAttributes { return }
    let first = payload.lowerBound &+ InetDecoder.fixedByteCount
    var cursor = NetlinkAttributeCursor(first..<payload.upperBound)
    do throws(WireError) {
      while let attribute = try cursor.next(in: bytes) {
        if attribute.type == InetAttributeType.info.rawValue {
          if isTCP { info = attribute.payload }
        } else if attribute.type == InetAttributeType.cgroupID.rawValue, attribute.payload.count == 8 {
          cgroupID = bytes.host64(at: attribute.payload.lowerBound)
        }
      }
    } catch {
      isDamaged = true
    }
  }

  package var remoteAddress: IPAddress { IPAddress(family: family, high: remoteHigh, low: remoteLow) }

  /// Whether the record has `tcp_info`.
  package var hasCounters: Bool { !info.isEmpty }

  /// Adds the counters of `tcp_info`, as ``InetSocket/counters`` has them.
  ///
  /// - Returns: The smoothed round-trip time in microseconds; 0 if there is none.
  package func addCounters(in bytes: Span<UInt8>, to sum: inout SocketCounters) -> UInt32 {
    let info = bytes.extracting(info)
    // The offsets of TCPInfo+Fields.swift. One check of the length is enough for kernels since 4.19.
    if info.count >= 216 {
      sum.bytesAcknowledged = (sum.bytesAcknowledged ?? 0) &+ info.host64(at: 120)
      sum.bytesReceived = (sum.bytesReceived ?? 0) &+ info.host64(at: 128)
      sum.bytesRetransmitted = (sum.bytesRetransmitted ?? 0) &+ info.host64(at: 208)
      sum.segmentsSent = (sum.segmentsSent ?? 0) &+ UInt64(info.host32(at: 136))
      sum.segmentsReceived = (sum.segmentsReceived ?? 0) &+ UInt64(info.host32(at: 140))
      sum.segmentsRetransmitted = (sum.segmentsRetransmitted ?? 0) &+ UInt64(info.host32(at: 100))
      return info.host32(at: 68)
    }
    var older = TCPInfo()
    older.read(info.indices, in: info)
    sum += SocketCounters(older)
    return older.u32(68) ?? 0
  }
}
