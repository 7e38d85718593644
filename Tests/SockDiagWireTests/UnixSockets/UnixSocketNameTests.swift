import SockDiagWire
import Testing

/// Names of UNIX sockets as bytes and as text.
@Suite struct UnixSocketNameTests {
  @Test func bytesOfTheKernelBecomeAPathOrAnAbstractName() {
    #expect(UnixSocketName(sunPath: Array("/a\0".utf8)) == .path([0x2f, 0x61]))
    #expect(UnixSocketName(sunPath: Array("/a".utf8)) == .path([0x2f, 0x61]))
    #expect(UnixSocketName(sunPath: Array("\0a\0".utf8)) == .abstract([0x61, 0]))
    #expect(UnixSocketName(sunPath: [0]) == .abstract([]))
    #expect(UnixSocketName(sunPath: []) == nil)
  }

  @Test(arguments: [
    (UnixSocketName.path(Array("/run/app.sock".utf8)), "/run/app.sock"), (.abstract(Array("app".utf8)), "@app"),
    (.abstract([]), "@"), (.path(Array("@app".utf8)), #"\x40app"#), (.abstract(Array("@app".utf8)), "@@app"),
    (.path(Array("a b\n".utf8)), #"a\x20b\x0a"#), (.path([0x1b, 0x5b, 0x30, 0x6d]), #"\x1b\x5b0m"#),
    (.path([0xff, 0x61]), #"\xffa"#), (.abstract([0x61, 0, 0x62]), #"@a\x00b"#), (.path([0x2a]), #"\x2a"#),
    (.path(Array(#"a\x41"#.utf8)), #"a\\x41"#), (.path(Array("ö".utf8)), #"\xc3\xb6"#),
    (.path(Array("x@y".utf8)), "x@y"),
  ]) func textIsOneWordOfASCII(_ name: UnixSocketName, _ text: String) {
    #expect(name.description == text)
    #expect(UnixSocketName(text) == name)
  }

  @Test(arguments: UnixRecord.hardNames) func hardNameComesBackFromItsText(_ bytes: [UInt8]) throws {
    let name = try #require(UnixSocketName(sunPath: bytes))
    let text = name.description
    #expect(text.utf8.allSatisfy { (0x21...0x7e).contains($0) }, "\(text)")
    #expect(UnixSocketName(text) == name)
  }

  @Test func differentNamesHaveDifferentTexts() throws {
    let names = Set(try UnixRecord.hardNames.map { try #require(UnixSocketName(sunPath: $0)) })
    #expect(Set(names.map(\.description)).count == names.count)
  }

  @Test func textWithAnIncompleteEscapeIsNoName() {
    for text in ["", #"\"#, #"/a\x"#, #"/a\x4"#, #"/a\xg1"#, #"@\"#] { #expect(UnixSocketName(text) == nil, "\(text)") }
    #expect(UnixSocketName(#"\@a\*"#) == .path(Array("@a*".utf8)))
  }

  @Test func nameThatTheKernelChoseHasFiveDigits() {
    #expect(UnixSocketName.abstract(Array("0001f".utf8)).isAutomatic)
    for name in ["0001F", "0001", "00001f", "0001g"] {
      #expect(!UnixSocketName.abstract(Array(name.utf8)).isAutomatic)
    }
    #expect(!UnixSocketName.path(Array("0001f".utf8)).isAutomatic)
  }
}
