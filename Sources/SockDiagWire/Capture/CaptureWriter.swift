/// Writes a capture: a pcap file of netlink packets, which Wireshark and tshark open.
///
/// It produces bytes; the caller stores them. Each datagram is written verbatim, so nothing is lost that a later reader
/// may be able to decode.
public struct CaptureWriter: Hashable, Sendable {
  /// The resolution of packet times.
  public enum Resolution: Hashable, Sendable {
    /// Microseconds, which every pcap reader supports.
    case microseconds
    /// Nanoseconds, supported by libpcap since 1.5 and by all current versions of Wireshark.
    case nanoseconds
  }

  /// The resolution of packet times.
  public let resolution: Resolution

  /// Creates a writer.
  public init(resolution: Resolution = .nanoseconds) { self.resolution = resolution }

  /// Appends the file header.
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

  /// Appends a datagram. Allocates only if the output has no room.
  ///
  /// A datagram longer than 262,128 bytes is truncated, because readers reject files with longer packets; its true
  /// length is recorded. No sock_diag reply is that long.
  ///
  /// - Parameters:
  ///   - datagram: One or more whole messages.
  ///   - direction: The sender.
  ///   - netlinkFamily: The part of the kernel that it was exchanged with.
  ///   - timestamp: The time since 1970-01-01 00:00 UTC. Times before 1970 or after 2106 are clamped, because a pcap
  ///     file cannot hold them.
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
