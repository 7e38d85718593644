import Foundation
import SockDiag
import SockDiagWire
import Testing

/// A line that is not a row is reported and does not affect other rows.
@Suite struct ProcNetFaultTests {
  private static let header =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
  private static let good =
    "   0: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 00ab 100 0 0 10 0\n"

  /// A defect: the text to replace in a valid row, its replacement, the faulty column, and the text found there.
  struct Defect: CustomTestStringConvertible {
    let testDescription: String
    let text: String
    let replacement: String
    let column: String
    let found: String

    init(_ name: String, _ text: String, _ replacement: String, _ column: String, _ found: String) {
      (testDescription, self.text, self.replacement, self.column, self.found) = (name, text, replacement, column, found)
    }
  }

  static let defects = [
    Defect("blank line", String(good.dropLast()), "", "sl", "the end of the line"),
    Defect("blanks only", String(good.dropLast()), "   \t ", "sl", "the end of the line"),
    Defect("header in the middle", "   0:", "  sl ", "sl", "\"sl\""),
    Defect("row without a number", "   0:", "   :", "sl", "\":\""),
    Defect("number without a colon", "   0:", "   0 ", "sl", "\"0\""),
    Defect("blank in a number", " 00000000  ", " 000 0000  ", "retrnsmt", "\"000\""),
    Defect("control characters", "   0:", " \u{1b}[2J\"\\ ", "sl", "\"\\x1b[2J\\x22\\x5c\""),
    Defect("short address", "0100007F:0050", "0100007:0050", "local_address", "\"0100007:0050\""),
    Defect(
      "address of IPv6", "0100007F:0050", "0000000000000000FFFF00000100007F:0050", "local_address",
      "\"0000000000000000FFFF00000100007F:0050\""),
    Defect(
      "no hexadecimal digit in an address", "0100007F:0050", "0100007G:0050", "local_address", "\"0100007G:0050\""),
    Defect("address without a port", "0100007F:0050", "0100007F", "local_address", "\"0100007F\""),
    Defect("port above 65535", "0100007F:0050", "0100007F:10050", "local_address", "\"0100007F:10050\""),
    Defect("semicolon", "00000000:0000 ", "00000000;0000 ", "rem_address", "\"00000000;0000\""),
    Defect("state of three digits", " 0A ", " 00A ", "st", "\"00A\""),
    Defect("state in letters", " 0A ", " LISTEN ", "st", "\"LISTEN\""),
    Defect(
      "queue of nine digits", "00000000:00000000 ", "000000000:00000000 ", "tx_queue rx_queue",
      "\"000000000:00000000\""),
    Defect("one queue", "00000000:00000000 ", "00000000 ", "tx_queue rx_queue", "\"00000000\""),
    Defect("timer without its time", "00:00000000 00000000", "00: 00000000", "tr tm->when", "\"00:\""),
    Defect("time of 17 digits", " 00:00000000 ", " 00:00000000000000000 ", "tr tm->when", "\"00:00000000000000000\""),
    Defect("sign in retransmits", " 00000000  ", " -0000001  ", "retrnsmt", "\"-0000001\""),
    Defect("user of 33 bits", "    0   ", "4294967296   ", "uid", "\"4294967296\""),
    Defect("user in letters", "    0   ", " root   ", "uid", "\"root\""),
    Defect(
      "endless number", "    0   ", String(repeating: "9", count: 60) + " ", "uid",
      "\"" + String(repeating: "9", count: 40) + "…\""),
    Defect("probes in hexadecimal", "       0 4711", "      0A 4711", "timeout", "\"0A\""),
    Defect("minus alone", "       0 4711", "       - 4711", "timeout", "\"-\""),
    Defect("cut off after the probes", " 4711 1 00ab 100 0 0 10 0", "", "inode", "the end of the line"),
    Defect("cut off in the inode", " 4711 1 00ab 100 0 0 10 0", " 47", "inode", "\"47\""),
    Defect("inode in letters", " 4711 ", " 47x1 ", "inode", "\"47x1\""),
  ]

  @Test(arguments: defects)
  func badRowDoesNotAffectOthers(_ defect: Defect) throws {
    let bad = try #require(Self.replace(defect.text, by: defect.replacement))
    for cutsEachByte in [false, true] {
      let sample = ProcNetSample(.tcp, .inet, Self.header + Self.good + bad + Self.good)
      let outcome = ProcNetOutcome(sample, cutAt: cutsEachByte ? Array(1..<sample.bytes.count) : [])
      #expect(outcome.rows.count == 2)
      #expect(outcome.rows.first == outcome.rows.last)
      let fault = try #require(outcome.faults.first)
      #expect(outcome.faults.count == 1)
      #expect(fault.code == .procNetRow)
      #expect(fault.explanation.hasPrefix("line 3, \(defect.column): expected "))
      #expect(fault.explanation.hasSuffix(", found \(defect.found)"))
      let start = Self.header.utf8.count + Self.good.utf8.count
      #expect((start...start + bad.utf8.count).contains(fault.offset))
      // The offset points at the text that was found.
      let quoted = defect.found.dropFirst().prefix(4)
      if defect.found.hasPrefix("\""), !defect.found.contains("\\"), defect.found.count > 5 {
        #expect(sample.bytes[fault.offset...].starts(with: quoted.utf8))
      }
    }
  }

  @Test func nonNumericDropsAreAFault() {
    let text = Self.good.replacing(" 100 0 0 10 0", with: " x")
    let outcome = ProcNetOutcome(ProcNetSample(.udp, .inet, text + Self.good))
    #expect(outcome.rows.count == 1)
    #expect(outcome.faults.first?.explanation == "line 1, drops: expected a decimal number, found \"x\"")
  }

  @Test func rowOfAnotherFamilyIsAFault() {
    let outcome = ProcNetOutcome(ProcNetSample(.tcp, .inet6, Self.header + Self.good))
    #expect(outcome.rows.isEmpty)
    #expect(
      outcome.faults.map(\.explanation) == [
        "line 2, local_address: expected 32 hexadecimal digits, a colon and 4 hexadecimal digits, "
          + "found \"0100007F:0050\""
      ])
  }

  @Test func endlessLineIsOneFaultAndNeedsNoMemory() {
    let long = String(repeating: "9", count: 10_000)
    let sample = ProcNetSample(.tcp, .inet, Self.good + long + "\n" + Self.good)
    for size in [1, 100, 4095, 4096, 4097, 100_000] {
      let outcome = ProcNetOutcome(sample, cutAt: Array(stride(from: size, to: sample.bytes.count, by: size)))
      #expect(outcome.rows.count == 2, "pieces of \(size)")
      #expect(outcome.faults.map(\.offset) == [Self.good.utf8.count], "pieces of \(size)")
      #expect(
        outcome.faults.first?.explanation.hasPrefix("line 2, line: expected a line of at most 4096 bytes") == true)
    }
    // The next line still has the right offset.
    let after = ProcNetOutcome(ProcNetSample(.tcp, .inet, long + "\nx\n"), cutAt: Array(1..<10_000))
    #expect(after.faults.map(\.offset) == [0, 10_001])
  }

  private static func replace(_ text: String, by replacement: String) -> String? {
    guard let range = good.firstRange(of: text) else { return nil }
    return good.replacingCharacters(in: range, with: replacement)
  }
}
