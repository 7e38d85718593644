import SockDiag
import SockDiagTestKit
import SockDiagWire
import Testing

/// The meaning of each column of a row.
@Suite struct ProcNetColumnsTests {
  // MARK: Rows as the kernel writes them

  @Test func rowOfTCPHasAllItsFields() throws {
    let socket = try Self.row(
      .tcp, .inet,
      "  15: 0100007F:BD5A 0200A8C0:B99F 01 0039B601:0001F600 04:0000000C 00000003 12345        2 6306871 2 0000 20 0 0"
    )
    #expect(socket.protocol == .tcp)
    #expect(socket.family == .inet)
    #expect(socket.state == .established)
    #expect(socket.local == "127.0.0.1:48474")
    #expect(socket.remote == "192.168.0.2:47519")
    #expect(socket.sendQueue == 0x39b601)
    #expect(socket.receiveQueue == 0x1f600)
    #expect(socket.timer == SocketTimer(.persist, expiresMilliseconds: 120, retransmits: 2))
    #expect(socket.uid == 12345)
    #expect(socket.inode == 6_306_871)
    #expect(socket.source == .procNet)
  }

  @Test func fieldsMissingInTheTableAreAbsent() throws {
    let socket = try Self.row(.tcp, .inet, Self.tcp())
    #expect(socket.cookie == nil)
    #expect(socket.cgroupID == nil)
    #expect(socket.mark == nil)
    #expect(socket.options == nil)
    #expect(socket.shutdown == nil)
    #expect(socket.isV6Only == nil)
    #expect(socket.tcpInfo == nil)
    #expect(socket.socketMemory == nil)
    #expect(socket.drops == nil)
    #expect(socket.interfaceIndex == 0)
  }

  @Test func eachWordOfAnIPv6AddressIsANumberOfTheHost() throws {
    let socket = try Self.row(
      .tcp, .inet6,
      "   0: B80D0120070605040B0A09080F0E0D0C:0016 000080FE00000000FFAAFFFE01FFAA02:1F90 01 00000000:00000000 "
        + "00:00000000 00000000     0        0 1 1 0 20 0 0 10 -1")
    #expect(socket.local == "[2001:db8:405:607:809:a0b:c0d:e0f]:22")
    #expect(socket.remote == "[fe80::feff:aaff:2aa:ff01]:8080")
    #expect(socket.family == .inet6)
  }

  @Test func mappedAddressStaysAnIPv6Address() throws {
    let socket = try Self.row(
      .tcp, .inet6,
      "   8: 0000000000000000FFFF00000100007F:D879 0000000000000000FFFF00000100007F:CD88 01 00000000:00000000 "
        + "00:00000000 00000000     0        0 6306918 1 0 20 0 0 10 -1")
    #expect(socket.family == .inet6)
    #expect(socket.local == "[::ffff:127.0.0.1]:55417")
    #expect(socket.local.address.isV4Mapped)
  }

  @Test func listenerHasAnAcceptQueueWithoutItsLimit() throws {
    let socket = try Self.row(.tcp, .inet, Self.tcp(state: "0A", queues: "00000000:00000002"))
    #expect(socket.state == .listen)
    #expect(socket.acceptQueueLength == 2)
    #expect(socket.acceptQueueLimit == nil)
  }

  @Test func minisocketRowsHaveNoOwner() throws {
    let timeWait = try Self.row(.tcp, .inet, Self.tcp(state: "06", timer: "03:000016D8", inode: "0"))
    #expect(timeWait.uid == nil)
    #expect(timeWait.timer?.expires == .milliseconds(58480))

    let orphan = try Self.row(.tcp, .inet, Self.tcp(state: "05", timer: "03:000016D9", inode: "0"))
    #expect(orphan.isMinisocket)

    // The kernel shows the user of the listener here.
    let request = try Self.row(.tcp, .inet, Self.tcp(state: "03", timer: "01:00000096", uid: "12345", inode: "0"))
    #expect(request.uid == nil)
    #expect(request == (try Self.row(.tcp, .inet, Self.tcp(state: "03", timer: "01:00000096", uid: "0", inode: "0"))))
  }

  /// Two ends that connect to each other at once: a full socket of a process, not a request to a listener.
  @Test func synReceivedSocketWithAnInodeHasAnOwner() throws {
    let socket = try Self.row(.tcp, .inet, Self.tcp(state: "03", timer: "01:00000096", uid: "12345", inode: "4711"))
    #expect(socket.uid == 12345)
    #expect(socket.inode == 4711)
    #expect(!socket.isMinisocket)
  }

  @Test(arguments: 1...15 as ClosedRange<UInt8>)
  func stateIsTheKernelsNumber(_ number: UInt8) throws {
    let state = "0" + String(number, radix: 16, uppercase: true)
    #expect(try Self.row(.tcp, .inet, Self.tcp(state: state)).state == SocketState(rawValue: number))
  }

  // MARK: Timers

  @Test(
    arguments: [
      ("00:00000000", "00000003", 4, nil),
      ("01:00000032", "00000003", 4, SocketTimer(.retransmit, expiresMilliseconds: 500, retransmits: 3)),
      ("02:000AFBE8", "00000003", 4, SocketTimer(.keepalive, expiresMilliseconds: 7_198_480, retransmits: 4)),
      ("03:000016D8", "00000000", 0, SocketTimer(.timeWait, expiresMilliseconds: 58480, retransmits: 0)),
      ("04:00000014", "00000003", 4, SocketTimer(.persist, expiresMilliseconds: 200, retransmits: 4)),
    ] as [(String, String, Int, SocketTimer?)])
  func timerHasItsRepeatCount(_ timer: String, _ retransmits: String, _ probes: Int, _ expected: SocketTimer?) throws {
    let socket = try Self.row(.tcp, .inet, Self.tcp(timer: timer, retransmits: retransmits, probes: "\(probes)"))
    #expect(socket.timer == expected)
  }

  @Test(
    arguments: [
      ("01:FFFFFFFFFFFFFFFE", 0), ("01:FFFFFFFE", 0), ("01:80000000", 0), ("01:7FFFFFFF", UInt32.max),
      ("01:0000000100000000", .max), ("01:7FFFFFFFFFFFFFFF", .max), ("01:19999999", 4_294_967_290),
      ("01:1999999A", .max),
    ] as [(String, UInt32)])
  func timeLeftIsClamped(_ timer: String, _ milliseconds: UInt32) throws {
    #expect(try Self.row(.tcp, .inet, Self.tcp(timer: timer)).timer?.expiresMilliseconds == milliseconds)
  }

  @Test func countsAreClamped() throws {
    #expect(
      try Self.row(.tcp, .inet, Self.tcp(timer: "01:00000000", retransmits: "00000100")).timer?.retransmits == 255)
    #expect(try Self.row(.tcp, .inet, Self.tcp(timer: "02:00000000", probes: "-1")).timer?.retransmits == 0)
    #expect(
      try Self.row(.tcp, .inet, Self.tcp(timer: "04:00000000", probes: "999999999999")).timer?.retransmits == 255)
  }

  // MARK: UDP

  @Test func lastColumnOfUDPCountsDrops() throws {
    let socket = try Self.row(
      .udp, .inet,
      " 1023: 0100007F:B0F5 00000000:0000 07 00000000:00001E00 00:00000000 00000000 12345        0 6306887 2 00ab 14   "
    )
    #expect(socket.protocol == .udp)
    #expect(socket.state == .close)
    #expect(socket.receiveQueue == 0x1e00)
    #expect(socket.drops == 14)
    #expect(socket.socketMemory == nil)
  }

  @Test func dropsAreAbsentWhereTheKernelHasNoSuchColumn() throws {
    #expect(try Self.row(.udp, .inet, Self.tcp(tail: " 2 00000000306e6e69")).drops == nil)
  }

  @Test func nothingRemainsOfThePreviousRow() throws {
    let full = Self.tcp(state: "03", timer: "01:00000032", retransmits: "00000001", tail: " 2 00ab 14")
    let plain = Self.tcp(tail: " 2 00ab")
    let outcome = ProcNetOutcome(ProcNetSample(.udp, .inet, full + "\n" + plain + "\n"))
    #expect(outcome.rows.last == (try Self.row(.udp, .inet, plain)))
  }

  @Test func numbersThatOldKernelsPrintSignedKeepTheirBits() throws {
    #expect(try Self.row(.udp, .inet, Self.tcp(tail: " 2 00ab -2")).drops == .max - 1)
    #expect(try Self.row(.tcp, .inet, Self.tcp(uid: "-1")).uid == .max)
  }

  // MARK: Other layouts

  @Test(arguments: [
    ("a number of the row with more digits", "  0:", "123456:"),
    ("a wider user", "    0  ", "4294967295  "),
    ("small letters", "0A00007F", "0a00007f"),
    ("more blanks", " 01 ", "   01    "),
    ("tabs", " ", "\t"),
    ("a carriage return at the end", "-1", "-1\r"),
    ("more columns", "-1", "-1 7 abc"),
    ("a longer time", " 00:00000000", " 00:0000000000000000"),
    ("no padding", "   \n", "\n"),
    ("padding beyond 150 bytes", "-1", "-1" + String(repeating: " ", count: 400)),
  ])
  func layoutMayChange(_ name: String, _ usual: String, _ other: String) throws {
    let line = Self.tcp(local: "0A00007F:0050")
    let text = line.replacing(usual, with: other)
    var expected = try Self.row(.tcp, .inet, line)
    if name == "a wider user" {
      expected = try Self.row(.tcp, .inet, Self.tcp(local: "0A00007F:0050", uid: "4294967295"))
    }
    #expect(text != line || name == "no padding")
    #expect(try Self.row(.tcp, .inet, text) == expected)
  }

  @Test func everyNonDigitByteIsAFault() {
    let digits = Set("0123456789ABCDEFabcdef".utf8)
    let line = [UInt8](Self.tcp().utf8)
    // The columns that are read eight digits at a time, without the separators.
    for place in 6..<74 where digits.contains(line[place]) {
      for byte in UInt8.min ... .max where byte != 0x0a {
        var text = line
        text[place] = byte
        let sample = ProcNetSample(name: "", protocol: .tcp, family: .inet, bytes: text + [0x0a])
        #expect(ProcNetOutcome(sample).rows.count == (digits.contains(byte) ? 1 : 0), "byte \(byte) at \(place)")
      }
    }
  }

  // MARK: Every row that a kernel could write

  @Test(arguments: [AddressFamily.inet, .inet6])
  func anyRowIsReadBack(_ family: AddressFamily) throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededGenerator(seed: seed)
    for _ in 0..<500 {
      let words = (0..<8).map { _ in UInt32.random(in: 0 ... .max, using: &random) }
      let (port, peer) = (UInt16.random(in: 0 ... .max, using: &random), UInt16.random(in: 0 ... .max, using: &random))
      let (send, receive) = (words[0] ^ words[5], words[1] ^ words[6])
      let inode = UInt32.random(in: 1 ... .max >> UInt32.random(in: 0...31, using: &random), using: &random)
      func address(_ words: ArraySlice<UInt32>) -> IPAddress {
        let numbers = words.map { UInt64(UInt32(bigEndian: $0)) }
        return family == .inet
          ? IPAddress(v4: UInt32(numbers[0]))
          : IPAddress(v6: numbers[0] << 32 | numbers[1], numbers[2] << 32 | numbers[3])
      }
      func hex(_ number: some FixedWidthInteger) -> String {
        let digits = String(number, radix: 16, uppercase: true)
        return String(repeating: "0", count: number.bitWidth / 4 - digits.count) + digits
      }
      let count = family == .inet ? 1 : 4
      let line = Self.tcp(
        local: words[..<count].map(hex).joined() + ":" + hex(port),
        remote: words[4..<4 + count].map(hex).joined() + ":" + hex(peer), queues: hex(send) + ":" + hex(receive),
        uid: "\(words[3])", inode: "\(inode)")
      let socket = try Self.row(.tcp, family, line)
      let label: Comment = "seed \(seed): \(line)"
      #expect(socket.local == SocketAddress(address(words[..<count]), port: port), label)
      #expect(socket.remote == SocketAddress(address(words[4..<4 + count]), port: peer), label)
      #expect((socket.sendQueue, socket.receiveQueue) == (send, receive), label)
      #expect(socket.uid == words[3], label)
      #expect(socket.inode == inode, label)
    }
  }

  // MARK: Rows

  /// A row of a table for TCP, or for UDP without its last columns.
  private static func tcp(
    local: String = "0100007F:0050", remote: String = "0100007F:C001", state: String = "01",
    queues: String = "00000000:00000000", timer: String = "00:00000000", retransmits: String = "00000000",
    uid: String = "0", probes: String = "0", inode: String = "4711", tail: String = " 1 000000004b3f782a 20 0 0 10 -1"
  ) -> String {
    func right(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(width - text.count, 0)) + text
    }
    return "   0: \(local) \(remote) \(state) \(queues) \(timer) \(retransmits) \(right(uid, 5)) \(right(probes, 8)) "
      + inode + tail
  }

  private static func row(
    _ protocol: TransportProtocol, _ family: AddressFamily, _ line: String
  ) throws -> InetSocket {
    let outcome = ProcNetOutcome(ProcNetSample(`protocol`, family, line + "\n"))
    #expect(outcome.faults.isEmpty)
    return try #require(outcome.rows.first)
  }
}
