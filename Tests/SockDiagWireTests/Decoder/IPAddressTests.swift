import Glibc
import SockDiagTestKit
import SockDiagWire
import Testing

/// Addresses as text, compared with the C library.
@Suite struct IPAddressTests {
  /// `inet_ntop`.
  private static func reference(_ address: IPAddress) -> String {
    let family = address.family == .inet ? AF_INET : AF_INET6
    var text = [CChar](repeating: 0, count: 64)
    // SAFETY: the address has the 4 or 16 bytes of its family, and the text is longer than any address.
    unsafe address.bytes.withUnsafeBytes { bytes in
      unsafe text.withUnsafeMutableBufferPointer { text in
        _ = unsafe inet_ntop(family, bytes.baseAddress, text.baseAddress, socklen_t(text.count))
      }
    }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// `inet_pton` for either family.
  private static func reference(_ text: String) -> [UInt8]? {
    for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
      var bytes = [UInt8](repeating: 0, count: count)
      // SAFETY: the buffer has the size that the family needs.
      let result = unsafe bytes.withUnsafeMutableBytes { unsafe inet_pton(family, text, $0.baseAddress) }
      if result == 1 { return bytes }
    }
    return nil
  }

  private static func random(_ generator: inout SeededGenerator) -> IPAddress {
    if Bool.random(using: &generator) { return IPAddress(v4: UInt32.random(in: .min ... .max, using: &generator)) }
    // Many zeros, because runs of zeros are written in a special way.
    let groups = (0..<8).map { _ in
      [0, 0, 0, 1, 0xffff, UInt64.random(in: 0...0xffff, using: &generator)].randomElement(using: &generator) ?? 0
    }
    let words = [groups[..<4], groups[4...]].map { $0.reduce(0) { $0 << 16 | $1 } }
    return IPAddress(v6: words[0], words[1])
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64]) func anyAddressIsWrittenAsByTheCLibrary(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<10_000 {
      let address = Self.random(&generator)
      #expect(address.description == Self.reference(address))
      #expect(IPAddress(address.description) == address)
    }
  }

  /// One character of a valid address is changed, removed or added.
  @Test(arguments: [1, 2, 3, 4] as [UInt64]) func damagedTextIsAcceptedOrRefusedAsByTheCLibrary(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let alphabet = Array("0123456789abcdefABCDEFg:. %/x")
    for _ in 0..<10_000 {
      var text = Array(Self.random(&generator).description)
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let index = Int.random(in: 0..<max(text.count, 1), using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0 where !text.isEmpty: text.remove(at: index)
        case 1 where !text.isEmpty: text[index] = alphabet.randomElement(using: &generator) ?? ":"
        default: text.insert(alphabet.randomElement(using: &generator) ?? ":", at: min(index, text.count))
        }
      }
      let string = String(text)
      #expect(IPAddress(string)?.bytes == Self.reference(string), "\(string)")
    }
  }

  @Test(arguments: [
    "", " ", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.04", "1..2.3", ".1.2.3.4", "1.2.3.4.",
    "1.2.3.-4", "+1.2.3.4", "1.2.3.4 ", "0x1.2.3.4", "1.2.3.٤", "1.2.3.4/8", ":", ":::", "::1::", "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", ":1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:", ":1", "1:",
    "12345::", "g::", "::-1", "::+1", "[::1]", "::1%lo", "fe80::1%2", "::1/128", "::1.2.3", "::1.2.3.4.5",
    "::1.2.3.256", "1.2.3.4::", "::1.2.3.4:5", "::ffff:01.2.3.4", "1:2:3:4:5:6:7:1.2.3.4", "::\0", "::１",
  ]) func malformedTextIsNotAnAddress(text: String) {
    #expect(IPAddress(text) == nil)
    if !text.contains("\0") { #expect(Self.reference(text) == nil, "the C library accepts it") }
  }

  @Test(arguments: [
    ("::", "::"), ("0:0:0:0:0:0:0:0", "::"), ("::1", "::1"), ("1::", "1::"), ("1:0:0:2::", "1:0:0:2::"),
    ("2001:DB8::0:1", "2001:db8::1"), ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
    ("::ffff:c000:201", "::ffff:192.0.2.1"), ("::192.0.2.1", "::192.0.2.1"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
    ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"), ("64:ff9b::192.0.2.1", "64:ff9b::c000:201"), ("0.0.0.0", "0.0.0.0"),
    ("255.255.255.255", "255.255.255.255"),
  ]) func everySpellingIsReadAndTheUsualOneWritten(text: String, canonical: String) {
    #expect(IPAddress(text)?.description == canonical)
  }

  @Test func kindsOfAddressesAreDistinguished() {
    #expect(IPAddress("::ffff:192.0.2.1")?.isV4Mapped == true)
    #expect(IPAddress("::ffff:192.0.2.1")?.unmapped == IPAddress("192.0.2.1"))
    #expect(IPAddress("::192.0.2.1")?.isV4Mapped == false)
    #expect(IPAddress("192.0.2.1")?.isV4Mapped == false)
    #expect(IPAddress("fe80::1")?.isLinkLocal == true)
    #expect(IPAddress("febf::1")?.isLinkLocal == true)
    #expect(IPAddress("fec0::1")?.isLinkLocal == false)
    #expect(IPAddress.anyV4.isUnspecified && IPAddress.anyV6.isUnspecified)
    #expect(IPAddress.anyV4 < IPAddress.anyV6)
  }

  @Test(arguments: [
    "", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1", "127.0.0.1: 80",
    "127.0.0.1:８０", "[127.0.0.1]:80", "::1:80", "[::1]", "[::1]80", "[::1]:", "[]:80", "::1]:80", "[::1:80",
    "[[::1]]:80",
  ]) func malformedTextIsNotASocketAddress(text: String) {
    #expect(SocketAddress(text) == nil)
  }

  @Test(arguments: ["127.0.0.1:0", "[::1]:65535", "[::ffff:192.0.2.1]:80"])
  func socketAddressIsWrittenAsItIsRead(text: String) {
    #expect(SocketAddress(text)?.description == text)
  }
}
