internal import SockDiag
internal import SockDiagWire

/// Reads the output of `strace -e trace=network -e read=all -e write=all`, and makes a capture of it.
///
/// A call is a line with its name. The lines below it show the bytes, sixteen in each, after ` | ` and an offset. Calls that
/// strace decodes as messages of rtnetlink are left out.
struct StraceDump {
  /// The bytes of a pcap file.
  private(set) var capture: [UInt8] = []

  private let writer = CaptureWriter()
  private var direction: CaptureDirection?
  private var datagram: [UInt8] = []
  /// Whether the next bytes continue the datagram.
  private var continues = false

  /// A line with bytes begins so.
  private static let margin = Array(" | ".utf8)

  /// Whether text has lines with bytes. Such text comes from strace, or from nothing else that is known.
  static func recognizes(_ text: [UInt8]) -> Bool { text.firstRange(of: Array("\n | 00000  ".utf8)) != nil }

  init(_ text: [UInt8]) {
    writer.appendFileHeader(to: &capture)
    for line in text.split(separator: 0x0a) {
      if line.starts(with: Self.margin) {
        takeBytes(line.dropFirst(Self.margin.count))
      } else if line.starts(with: " * ".utf8) {
        // A datagram may lie in several buffers.
        continues = !line.reversed().starts(with: "buffer 0".utf8.reversed())
      } else {
        endDatagram()
        direction = Self.direction(of: line)
      }
    }
    endDatagram()
  }

  /// Who sends in a call; `nil` for a call of no interest.
  private static func direction(of line: ArraySlice<UInt8>) -> CaptureDirection? {
    func contains(_ text: String) -> Bool { line.firstRange(of: Array(text.utf8)) != nil }
    if contains("nlmsg_type=RTM_") { return nil }
    if contains("send") { return .toKernel }
    return contains("recv") ? .toUser : nil
  }

  /// Takes the bytes of a line: `00010  02 06 00 00 ff 0f 00 00  00 …  …text… |`. The text is after 48 columns of digits.
  private mutating func takeBytes(_ line: ArraySlice<UInt8>) {
    guard direction != nil, let end = line.firstIndex(of: 0x20) else { return }
    if line[..<end].allSatisfy({ $0 == 0x30 }), !continues { endDatagram() }
    continues = false
    for pair in line[end...].prefix(52).split(separator: 0x20) {
      guard pair.count == 2, let byte = UInt8(String(decoding: pair, as: UTF8.self), radix: 16) else { return }
      datagram.append(byte)
    }
  }

  private mutating func endDatagram() {
    guard let direction, !datagram.isEmpty else { return }
    let bytes = datagram
    datagram.removeAll()
    writer.append(bytes.span, direction: direction, timestamp: .zero, to: &capture)
  }
}
