import Foundation
import SockDiagWire
import Testing

@testable import SockDiagCommand

/// How figures are written.
struct TextTests {
  private func text(_ write: (inout [UInt8]) -> Void) -> String {
    var bytes: [UInt8] = []
    write(&bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test(arguments: [
    (0, "0us"), (1, "1us"), (999, "999us"), (1000, "1ms"), (1250, "1.25ms"), (35_017, "35.017ms"), (204_000, "204ms"),
    (999_999, "999.999ms"), (1_000_000, "1s"), (59_999_999, "59.999s"), (60_000_000, "1m0s"), (112_000_000, "1m52s"),
    (7_205_000_000, "2h0m5s"),
  ])
  func timesAreRoundedToThreeDigits(_ microseconds: Int, _ expected: String) {
    #expect(text { $0.append(.microseconds(microseconds)) } == expected)
  }

  @Test func longestTimesAreWritten() {
    #expect(text { $0.append(.microseconds(Int64.max)) } == "2562047788h0m54s")
    #expect(text { $0.append(.seconds(-1)) } == "0us")
  }

  @Test(arguments: [
    (1, "8bit/s"), (125, "1kbit/s"), (1_447_500, "11.58Mbit/s"), (1_250_000_000, "10Gbit/s"),
    (UInt64.max, "18446744073.709Gbit/s"),
  ])
  func ratesAreInBitsWithoutOverflow(_ bytes: UInt64, _ expected: String) {
    #expect(text { $0.appendRate(bytes) } == expected)
  }

  @Test(arguments: [
    ("a\"b\\c", #""a\"b\\c""#), ("\n\u{1b}[1m", #""\u000a\u001b[1m""#), ("\u{7f}", #""\u007f""#),
    ("\u{80}\u{9b}\u{9f}", #""\u0080\u009b\u009f""#), ("\u{a0}é€😀", "\"\u{a0}é€😀\""),
    ("\u{202a}\u{202e}txt.exe\u{2066}\u{2069}", #""\u202a\u202etxt.exe\u2066\u2069""#),
    ("\u{61c}\u{200e}\u{200f}", #""\u061c\u200e\u200f""#), ("\u{2028}\u{2029}", #""\u2028\u2029""#),
    ("\u{200d}\u{2030}\u{206a}\u{2065}", "\"\u{200d}\u{2030}\u{206a}\u{2065}\""),
  ]) func jsonEscapesTerminalAndDirectionCharacters(_ text: String, _ json: String) throws {
    var bytes: [UInt8] = []
    bytes.appendJSONString(text)
    #expect(String(decoding: bytes, as: UTF8.self) == json)
    #expect(try JSONDecoder().decode(String.self, from: Data(bytes)) == text)
  }

  @Test func controlCharactersAreMadeVisible() {
    #expect(text { $0.appendVisible("a\u{1b}[2J\n\u{202e}é".utf8) } == #"a\x1b[2J\x0a\xe2\x80\xaeé"#)
    #expect(text { $0.appendVisible([0x61, 0xff, 0x62]) } == "a\u{fffd}b")
    #expect(text { $0.appendCell("a b\u{7f}é".utf8) } == #"a\x20b\x7f\xc3\xa9"#)
  }
}
