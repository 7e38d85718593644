import ArgumentParser
import Foundation
import SockDiag
import Testing

@testable import SockDiagCommand

/// Captures that were damaged on their way, and what is left of them.
struct CaptureCommandTests {
  /// A pcap file of two replies and nothing else, in this machine's byte order.
  private static func capture(linkType: UInt32 = 253) -> [UInt8] {
    func host<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
      (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number.littleEndian >> Number(8 * $0)) }
    }
    var bytes = [host(0xa1b2_c3d4 as UInt32), host(2 as UInt16), host(4 as UInt16)].joined() + host(0 as UInt64)
    bytes += host(262_144 as UInt32) + host(linkType)
    for port in [80, 443] as [UInt16] {
      var record: [UInt8] = [2, 10, 0, 0] + [UInt8(port >> 8), UInt8(truncatingIfNeeded: port), 0, 0]
      record += [127, 0, 0, 1] + [UInt8](repeating: 0, count: 60)
      let header = host(UInt32(16 + record.count)) + host(20 as UInt16) + host(2 as UInt16) + host(7 as UInt64)
      let message = header + record
      let packet = [0, 6, 3, 0x38] + [UInt8](repeating: 0, count: 10) + [0, 4] + message
      bytes += host(0 as UInt64) + host(UInt32(packet.count)) + host(UInt32(packet.count)) + packet
    }
    return Array(bytes)
  }

  private func decode(_ bytes: [UInt8], _ arguments: [String] = ["-H"]) throws -> Tool.Result {
    let path = FileManager.default.temporaryDirectory.path + "/sockdiag-\(UInt64.random(in: 0 ... .max)).pcap"
    try Data(bytes).write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try Tool.run(["decode", "-"] + arguments, input: path)
  }

  /// The capture has two dumps with the same sockets.
  @Test func peersOfUnixSocketsHaveTheirNames() throws {
    let path = Fixture.path("captures/linux-7.2-amd64/unix.pcap")
    let result = try Tool.run(["decode", path, "-xH", "dst", "unix:/run/lab/server0.sock"])
    let peers = result.text.split(separator: "\n").map { $0.split(separator: " ")[7] }
    #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    #expect(peers.count == 6 && Set(peers) == ["/run/lab/server0.sock"], "\(result.text)")
  }

  @Test func socketsOfUnknownProtocolAreShown() throws {
    let result = try decode(Self.capture())
    let rows = result.text.split(separator: "\n").map { $0.split(separator: " ") }
    #expect(rows.map(\.first) == ["?", "?"])
    #expect(rows.map { $0[5] } == ["127.0.0.1:80", "127.0.0.1:443"])
  }

  @Test func anyOptionOfListWorksOnACapture() throws {
    let result = try decode(Self.capture(), ["sport=:443", "--json", "state", "listen"])
    let elements = try JSONValue(parsing: result.output).elements
    #expect(elements.map { $0["local"]?["port"] } == [.number(443)])
    #expect(try decode(Self.capture(), ["-H", "-6"]).text.isEmpty)
  }

  @Test func socketsBeforeACutAreShown() throws {
    let whole = Self.capture()
    let result = try decode(Array(whole.dropLast(90)))
    #expect(result.text.split(separator: "\n").count == 1)
    #expect(result.status == Status.badData.rawValue)
    #expect(result.errors.hasPrefix("sockdiag: standard input: byte "))
    #expect(result.errors.hasSuffix("; copy or record it again, and the sockets before it were shown\n"))
    #expect(result.errors.split(separator: "\n").count == 1)
  }

  @Test func everyCutGivesOneSentence() throws {
    let whole = Self.capture()
    for count in stride(from: 1, to: whole.count - 1, by: 7) {
      let result = try decode(Array(whole.prefix(count)))
      #expect([0, 65, 75].contains(result.status), "\(count) bytes")
      #expect(result.errors.split(separator: "\n").count <= 2, "\(count) bytes: \(result.errors)")
    }
  }

  @Test func otherLinkTypeIsNamed() throws {
    let result = try decode(Self.capture(linkType: 1))
    #expect(
      result.errors
        == "sockdiag: standard input: the packets are of link type 1 (Ethernet), expected 253 (netlink); "
        + "capture on an nlmon device\n")
    #expect(result.status == Status.badData.rawValue)
    #expect(result.text.isEmpty)
  }

  /// The page beside the files says how many sockets each still has, and whether it is refused.
  @Test(arguments: try Self.malformed())
  func everyDefectIsReportedAfterTheReadableSockets(_ file: Malformed) throws {
    let result = try Tool.run(["decode", "-H", Fixture.path("malformed/" + file.name)])
    #expect(result.text.split(separator: "\n").count == file.sockets)
    #expect(result.status == (file.isDamaged ? Status.badData : file.isCut ? Status.partial : .success).rawValue)
    let sentences = result.errors.split(separator: "\n")
    #expect(sentences.count == (result.status == 0 ? 0 : 1), "\(result.errors)")
    for sentence in sentences {
      #expect(sentence.hasPrefix("sockdiag: '/"))
      #expect(sentence.contains("; "), "no suggestion: \(sentence)")
    }
  }

  struct Malformed: Sendable, CustomTestStringConvertible {
    var name: String
    var sockets: Int
    var isDamaged: Bool
    var isCut: Bool
    var testDescription: String { name }
  }

  private static func malformed() throws -> [Malformed] {
    let page = String(decoding: try Fixture.read("malformed/README.md"), as: UTF8.self)
    return page.split(separator: "\n").filter { $0.hasPrefix("| `") }.compactMap { line in
      let cells = line.split(separator: "|").map { $0.drop { $0 == " " } }
      guard cells.count >= 3 else { return nil }
      let name = cells[0].split(separator: "`").first.map(String.init) ?? ""
      let outcome = cells[2]
      return Malformed(
        name: name, sockets: Int(outcome.prefix { $0.isNumber }) ?? 0,
        isDamaged: outcome.contains("at byte") || name.contains("snapshot-length"), isCut: name.contains("cut-between"))
    }
  }
}

extension CaptureCommandTests {
  /// States are the kernel's to extend, so a row with a new one is a row.
  @Test func socketsOfUnknownStatesAreShown() throws {
    // Behind the headers of the file, the packet, the link and the message, and the family.
    let state = 24 + 16 + 16 + 16 + 1
    for value in [0, 12, 14, 31, 32, 255] as [UInt8] {
      var bytes = Self.capture()
      bytes[state] = value
      #expect(try decode(bytes).text.split(separator: "\n").count == 2)
    }
  }

  /// So are protocols: without -t and -u none is left out.
  @Test func socketsOfOtherProtocolsAreShown() throws {
    let json = #"""
      {"protocol":"132","family":"inet","state":"listen","inode":1,"receive_queue":0,"send_queue":0,
      "local":{"address":"0.0.0.0","port":1},"remote":{"address":"0.0.0.0","port":0}}
      """#
    let socket = try JSONDecoder().decode(InetSocket.self, from: Data(json.utf8))
    #expect(try SelectionOptions.parse([]).selection(default: .everything).contains(socket) == true)
    #expect(try SelectionOptions.parse(["-t"]).selection(default: .everything).contains(socket) == false)
  }
}
