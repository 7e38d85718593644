/// Writes a capture: a pcap file of netlink packets, which Wireshark and tshark open.
///
/// It makes bytes and leaves it to the caller to put them somewhere. Each datagram stands in the file verbatim, so that
/// nothing is lost that a later reader may know how to read.
public struct CaptureWriter: Hashable, Sendable {
  /// How fine the time of a packet is.
  public enum Resolution: Hashable, Sendable {
    /// Microseconds, which every reader of pcap files knows.
    case microseconds
    /// Nanoseconds, known to libpcap since 1.5 and to all versions of Wireshark in use.
    case nanoseconds
  }

  /// How fine the time of a packet is.
  public let resolution: Resolution

  /// Creates a writer.
  public init(resolution: Resolution = .nanoseconds) { self.resolution = resolution }

  /// Appends the header with which the file begins.
  public func appendFileHeader(to output: inout [UInt8]) {
    output.appendHost32(resolution == .nanoseconds ? Pcap.nanosecondMagic : Pcap.microsecondMagic)
    // Version 2.4.
    output.appendHost16(2)
    output.appendHost16(4)
    // The time is UTC, its accuracy unknown.
    output.appendHost32(0)
    output.appendHost32(0)
    output.appendHost32(UInt32(Pcap.maximumPacketByteCount))
    output.appendHost32(Pcap.netlinkLinkType)
  }

  /// Appends a datagram. Allocates only where the output has no room.
  ///
  /// A datagram of more than 262,128 bytes, which no sock_diag reply has, is cut to that, for readers reject a file with
  /// longer packets; its true length is written beside it.
  ///
  /// - Parameters:
  ///   - datagram: One or more whole messages.
  ///   - direction: Who sent it.
  ///   - netlinkFamily: Which part of the kernel it was exchanged with.
  ///   - timestamp: The time since 1970-01-01 00:00 UTC. What a pcap file cannot say, before 1970 or after 2106, is cut
  ///     to the nearest time that it can.
  ///   - output: The bytes of the file.
  public func append(
    _ datagram: Span<UInt8>, direction: CaptureDirection, netlinkFamily: NetlinkFamily = .sockDiag, timestamp: Duration,
    to output: inout [UInt8]
  ) {
    let captured = min(datagram.count, Pcap.maximumPacketByteCount - Pcap.cookedHeaderByteCount)
    output.reserveCapacity(output.count + Pcap.packetHeaderByteCount + Pcap.cookedHeaderByteCount + captured)
    let (seconds, fraction) = parts(of: timestamp)
    output.appendHost32(seconds)
    output.appendHost32(fraction)
    output.appendHost32(UInt32(captured + Pcap.cookedHeaderByteCount))
    output.appendHost32(UInt32(clamping: datagram.count + Pcap.cookedHeaderByteCount))
    output.appendNetwork16(direction.rawValue)
    output.appendNetwork16(Pcap.netlinkDeviceType)
    for _ in 0..<10 { output.append(0) }
    output.appendNetwork16(netlinkFamily.rawValue)
    for offset in 0..<captured { output.append(datagram[offset]) }
  }

  private func parts(of timestamp: Duration) -> (seconds: UInt32, fraction: UInt32) {
    let (seconds, attoseconds) = timestamp.components
    guard seconds >= 0, attoseconds >= 0 else { return (0, 0) }
    guard let seconds = UInt32(exactly: seconds) else { return (.max, 0) }
    return (seconds, UInt32(attoseconds / (resolution == .nanoseconds ? 1_000_000_000 : 1_000_000_000_000)))
  }
}
