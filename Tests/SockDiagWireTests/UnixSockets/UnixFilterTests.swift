import SockDiagTestKit
import SockDiagWire
import Testing

/// Filters on UNIX sockets: patterns of names, and what all families have.
@Suite struct UnixFilterTests {
  private static func socket(_ name: UnixSocketName?, peer: UnixSocket.Peer? = nil) throws -> UnixSocket {
    var (socket, _) = try UnixRecord.decode(UnixRecord.full())
    socket.name = name
    socket.peer = peer
    return socket
  }

  @Test(arguments: [
    ("/run/app.sock", true), ("/run/*", true), ("*.sock", true), ("*", true), ("?*", true), ("/run/app.soc?", true),
    ("/run/ap[op].sock", true), ("/run/ap[!a-o].sock", true), ("/run/ap[^p].sock", false), ("*app*sock", true),
    ("/run/App.sock", false), ("/run/app", false), ("run/app.sock", false), ("@/run/app.sock", false), ("@*", false),
    (#"/run/\x61pp.sock"#, true), (#"/run/app\.sock"#, true), (#"\*"#, false), ("/run/app.sock*", true),
    ("*/run/app.sock", true), ("/run/app.sock?", false), ("[/]run*", true), ("*k*k*", false), ("*a*p*p*.*", true),
  ]) func patternMatchesAPathAsAShellWould(_ pattern: String, _ matches: Bool) throws {
    let filter = try SocketFilter("src 'unix:\(pattern)'")
    #expect(filter.evaluate(try Self.socket(.path(Array("/run/app.sock".utf8)))) == matches)
    #expect(try SocketFilter(filter.description) == filter, "\(filter)")
  }

  @Test(arguments: [
    ("@app*", true), ("@*", true), ("*", true), ("?app?01", true), ("[@]app*", true), ("app*", false),
    (#"\@app*"#, false), (#"\x40app*"#, false), (#"@app\x0001"#, true), ("*01", true), ("[!@]*", false),
    ("@@app*", false),
  ]) func signOfAnAbstractNameIsNoByte(_ pattern: String, _ matches: Bool) throws {
    let filter = try SocketFilter("src 'unix:\(pattern)'")
    #expect(filter.evaluate(try Self.socket(.abstract(Array("app\u{0}01".utf8)))) == matches)
    #expect(try SocketFilter(filter.description) == filter, "\(filter)")
  }

  @Test func pathThatBeginsWithTheSignIsNotAbstract() throws {
    let path = try Self.socket(.path(Array("@app".utf8)))
    #expect(try SocketFilter("src unix:@app").evaluate(path) == false)
    #expect(try SocketFilter(#"src unix:\@app"#).evaluate(path) == true)
    #expect(try SocketFilter("src unix:*@app").evaluate(path) == true)
  }

  @Test func emptyAbstractNameIsAName() throws {
    let socket = try Self.socket(.abstract([]))
    #expect(try SocketFilter("src unix:@").evaluate(socket) == true)
    #expect(try SocketFilter("src unix:?").evaluate(socket) == true)
    #expect(try SocketFilter("src unix:@?").evaluate(socket) == false)
  }

  @Test func socketWithoutANameMatchesStarsOnly() throws {
    let socket = try Self.socket(nil)
    #expect(try SocketFilter("src unix:*").evaluate(socket) == true)
    for pattern in ["?*", "@*", "/*"] { #expect(try SocketFilter("src unix:\(pattern)").evaluate(socket) == false) }
  }

  /// The text that a table shows is also the pattern for that socket and for no other.
  @Test(arguments: UnixRecord.hardNames) func textOfANameSelectsThatName(_ bytes: [UInt8]) throws {
    let name = try #require(UnixSocketName(sunPath: bytes))
    let pattern = try #require(UnixNamePattern(name.description))
    #expect(pattern == UnixNamePattern(name))
    let filter = SocketFilter.local(named: pattern)
    #expect(try SocketFilter(filter.description) == filter, "\(filter)")
    #expect(filter.description.utf8.allSatisfy { (0x20...0x7e).contains($0) })
    for other in UnixRecord.hardNames {
      let isSame = UnixSocketName(sunPath: other) == name
      #expect(try filter.evaluate(Self.socket(UnixSocketName(sunPath: other))) == isSame, "\(filter)")
    }
  }

  @Test func randomPatternComesBackFromItsText() throws {
    var random = SeededGenerator(seed: 5)
    for number in 0..<Trials.count(20_000) {
      let pattern = UnixNamePattern.random(using: &random)
      #expect(UnixNamePattern(pattern.description) == pattern, "seed 5, pattern \(number): \(pattern)")
      let filter = SocketFilter.remote(named: pattern)
      #expect(try SocketFilter(filter.description) == filter, "seed 5, pattern \(number): \(filter)")
    }
  }

  /// A pattern says the same as one that tries every way, on short names.
  @Test func matcherAgreesWithOneThatTriesEveryWay() {
    var random = SeededGenerator(seed: 7)
    let bytes = Array("ab/@.".utf8)
    for number in 0..<Trials.count(20_000) {
      let pattern = UnixNamePattern.random(using: &random)
      let name = (0..<Int.random(in: 0...6, using: &random)).map { _ in bytes.randomElement(using: &random) ?? 0 }
      let isAbstract = Bool.random(using: &random)
      let symbols: [UInt8?] = (isAbstract ? [nil] : []) + name
      #expect(
        pattern.matches(isAbstract ? .abstract(name) : .path(name))
          == Self.matches(pattern.elements[...], symbols[...]), "seed 7, pattern \(number): \(pattern) \(symbols)")
    }
  }

  private static func matches(_ pattern: ArraySlice<UnixNamePattern.Element>, _ name: ArraySlice<UInt8?>) -> Bool {
    guard let element = pattern.first else { return name.isEmpty }
    if element == .anyBytes {
      return (0...name.count).contains { matches(pattern.dropFirst(), name.dropFirst($0)) }
    }
    guard let byte = name.first else { return false }
    let isMatch =
      switch element {
      case .abstractSign: byte == nil
      case .byte(let value): byte == value
      case .anyByte, .anyBytes: true
      case .set(let ranges, let isNegated): ranges.contains { $0.contains(byte ?? 0x40) } != isNegated
      }
    return isMatch && matches(pattern.dropFirst(), name.dropFirst())
  }

  @Test func peerIsComparedByItsName() throws {
    let path = UnixSocketName.path(Array("/run/app.sock".utf8))
    let filter = try SocketFilter("dst unix:/run/*")
    #expect(filter.namesUnixPeers)
    #expect(filter.evaluate(try Self.socket(nil, peer: .init(inode: 1, name: .named(path)))) == true)
    #expect(filter.evaluate(try Self.socket(path, peer: .init(inode: 1, name: .unnamed))) == false)
    #expect(filter.evaluate(try Self.socket(path)) == false)
    // The record alone does not tell.
    #expect(filter.evaluate(try Self.socket(path, peer: .init(inode: 1))) == nil)
    let any = try SocketFilter("dst unix:*")
    #expect(any.evaluate(try Self.socket(path, peer: .init(inode: 1))) == true)
    #expect(any.evaluate(try Self.socket(path)) == false)
  }

  @Test(arguments: [
    ("family unix", true), ("family inet", false), ("state established", true), ("state listening", false),
    ("uid = 1000", true), ("inode = 31337", true), ("cookie != 6604705263", false), ("recv-q > 4k", true),
    ("send-q = 768", true),
    ("sport = :1", false), ("src 127.0.0.1", false), ("src netlink:*", false), ("autobound", false), ("dev 0", false),
    ("not src unix:/run/app.sock", false), ("src != unix:/x", true), ("src unix:/x or uid = 1000", true),
  ]) func filterComparesWhatTheRecordHas(_ text: String, _ passes: Bool) throws {
    let (socket, _) = try UnixRecord.decode(UnixRecord.full())
    let filter = try SocketFilter(text)
    #expect(filter.evaluate(socket) == passes)
    #expect(try SocketFilter(filter.description) == filter)
  }

  @Test func absentFigureIsUnknown() throws {
    let (socket, _) = try UnixRecord.decode(UnixRecord.bare())
    for text in ["uid = 0", "recv-q = 0", "send-q = 0"] { #expect(try SocketFilter(text).evaluate(socket) == nil) }
  }

  @Test func nameThatTheKernelChoseIsAutobound() throws {
    let filter = try SocketFilter("autobound")
    #expect(filter.evaluate(try Self.socket(nil)) == true)
    #expect(filter.evaluate(try Self.socket(.abstract(Array("0000a".utf8)))) == true)
    #expect(filter.evaluate(try Self.socket(.abstract(Array("app".utf8)))) == false)
  }

  @Test func socketsOfOtherFamiliesHaveNoSuchName() throws {
    let filter = try SocketFilter("src unix:*")
    #expect(filter.evaluate(InetSocket()) == false)
    #expect(filter.evaluate(NetlinkSocket()) == false)
    let compiled = try #require(filter.compiled(for: .all).first)
    #expect(compiled.remainder == nil)
    #expect(!compiled.bytecode.bytes.isEmpty)
  }

  @Test(arguments: [
    ("src unix:", "the name is empty"), (#"src unix:/a\"#, "a backslash begins"),
    (#"src unix:/\x1"#, "a backslash begins"),
    ("src unix:/[a", "a '[' has no ']'"), ("src unix:/[]", "a '[' has no ']'"), ("src unix:/[z-a]", "wrong order"),
  ]) func wrongPatternSaysWhatIsExpected(_ text: String, _ explanation: String) {
    let error = #expect(throws: FilterError.self) { try SocketFilter(text) }
    #expect(error?.explanation.contains(explanation) == true, "\(error?.explanation ?? "")")
    #expect(error?.column == 5)
  }
}
