/// A file that is not a capture, recognized by its first bytes, to tell the user what it is.
enum ForeignFile: Hashable, Sendable {
  /// Compressed by a program, which unpacks it with its option `-d`.
  case compressed(by: String)
  /// A form of pcap with longer packet headers, or the capture format of another system. Wireshark converts both.
  case capture(String)
  /// JSON, as the command prints it.
  case json
  /// Other text.
  case text
  /// A file of another purpose.
  case other(String)

  /// Signatures of at least three bytes, in the order of the file.
  private static let signatures: [(bytes: [UInt8], kind: ForeignFile)] = [
    ([0x1f, 0x8b], .compressed(by: "gzip")),
    ([0x28, 0xb5, 0x2f, 0xfd], .compressed(by: "zstd")),
    ([0xfd, 0x37, 0x7a, 0x58], .compressed(by: "xz")),
    ([0x42, 0x5a, 0x68], .compressed(by: "bzip2")),
    ([0x04, 0x22, 0x4d, 0x18], .compressed(by: "lz4")),
    ([0xa1, 0xb2, 0xcd, 0x34], .capture("a variant of pcap that is not supported")),
    ([0x34, 0xcd, 0xb2, 0xa1], .capture("a variant of pcap that is not supported")),
    (Array("snoop\0".utf8), .capture("a capture of snoop")),
    (Array("PK\u{3}\u{4}".utf8), .other("a zip archive")),
    ([0x7f, 0x45, 0x4c, 0x46], .other("a program")),
  ]

  /// Recognizes a file; `nil` if nothing is known about it.
  init?(_ bytes: Span<UInt8>) {
    for (signature, kind) in Self.signatures where Self.starts(bytes, with: signature) {
      self = kind
      return
    }
    guard Self.isText(bytes) else { return nil }
    let first = (0..<bytes.count).first { !Self.isBlank(bytes[$0]) }.map { bytes[$0] }
    self = first == UInt8(ascii: "{") || first == UInt8(ascii: "[") ? .json : .text
  }

  private static func starts(_ bytes: Span<UInt8>, with signature: [UInt8]) -> Bool {
    bytes.count >= signature.count && signature.indices.allSatisfy { bytes[$0] == signature[$0] }
  }

  /// Whether the first bytes are all printable. A stream of messages has a zero among its first bytes.
  private static func isText(_ bytes: Span<UInt8>) -> Bool {
    (0..<min(bytes.count, 64)).allSatisfy { isBlank(bytes[$0]) || bytes[$0] > 0x20 && bytes[$0] != 0x7f }
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }

  /// What the file is, and the remedy if there is one.
  var explanation: String {
    switch self {
    case .compressed(let program): "the file is compressed; unpack it with: \(program) -d"
    case .capture(let form): "the file is \(form); convert it with: editcap -F pcap IN OUT"
    case .json: "the file is JSON, not a capture; make a capture with: sockdiag record FILE"
    case .text: "the file is text, not a capture; make a capture with: sockdiag record FILE"
    case .other(let name): "the file is \(name), not a capture; make a capture with: sockdiag record FILE"
    }
  }
}
