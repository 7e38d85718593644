import PortControl
import SockDiag
import Testing

@testable import SockDiagCommand

/// What `[ADDRESS:]PORT` means, and what is answered to everything else.
struct PortArgumentTests {
  /// A host of few names.
  private struct Names: FilterNames {
    func addresses(ofHost name: String) throws(FilterNameFailure) -> [IPAddress] {
      guard name == "localhost" else { throw FilterNameFailure("is not known as a host; write an address") }
      return [IPAddress(v4: 0x7f00_0001), IPAddress(v6: 0, 1)]
    }
    func ports(ofService name: String) throws(FilterNameFailure) -> [UInt16] {
      switch name {
      case "http": return [80]
      case "twofold": return [10, 20]
      default: throw FilterNameFailure("is not a port or a service; write the number")
      }
    }
    func index(ofInterface name: String) throws(FilterNameFailure) -> UInt32 {
      guard name == "eth0" else { throw FilterNameFailure("is not an interface here") }
      return 7
    }
    func id(ofCgroup path: String) throws(FilterNameFailure) -> UInt64 { throw FilterNameFailure("is not asked for") }
    func id(ofUser name: String) throws(FilterNameFailure) -> UInt32 { throw FilterNameFailure("is not asked for") }
  }

  private static func place(_ addresses: String...) -> PortArgument.Place {
    .addresses(addresses.compactMap { IPAddress($0) })
  }

  @Test(
    arguments: [
      ("8080", .unnamed, 8080, 0), (":8080", .unnamed, 8080, 0), ("0", .unnamed, 0, 0), ("65535", .unnamed, 65535, 0),
      ("0080", .unnamed, 80, 0), ("http", .unnamed, 80, 0), (":http", .unnamed, 80, 0),
      ("*:8080", .everywhere, 8080, 0), ("*%eth0:8080", .everywhere, 8080, 7),
      ("127.0.0.1:8080", place("127.0.0.1"), 8080, 0), ("0.0.0.0:1", place("0.0.0.0"), 1, 0),
      ("127.0.0.1%eth0:80", place("127.0.0.1"), 80, 7), ("[::1]:8080", place("::1"), 8080, 0),
      ("[::]:http", place("::"), 80, 0), ("[::ffff:10.0.0.1]:80", place("::ffff:10.0.0.1"), 80, 0),
      ("[fe80::1]:80", place("fe80::1"), 80, 0), ("[fe80::1%eth0]:80", place("fe80::1"), 80, 7),
      ("[fe80::1%3]:80", place("fe80::1"), 80, 3),
      // As ss prints it.
      ("[fe80::1]%eth0:80", place("fe80::1"), 80, 7), ("localhost:80", place("127.0.0.1", "::1"), 80, 0),
    ] as [(String, PortArgument.Place, UInt16, UInt32)])
  func portArgumentIsParsed(_ text: String, _ place: PortArgument.Place, _ port: UInt16, _ interface: UInt32) throws {
    let argument = try PortArgument(parsing: text, names: Names())
    #expect(argument.place == place)
    #expect(argument.port == port)
    #expect(argument.interfaceIndex == interface)
    #expect(argument.text == text)
  }

  @Test func linkLocalAddressNeedsAnInterface() throws {
    let lone = try PortArgument(parsing: "[fe80::1]:80", names: Names())
    let refusal = #expect(throws: CommandFailure.self) { try lone.requireInterface() }
    #expect(
      refusal?.message.contains(
        "'[fe80::1]:80' has a link-local address without an interface; write it as [fe80::1%eth0]:80") == true)
    for text in ["[fe80::1%eth0]:80", "[::1]:80", "80", "*:80"] {
      try PortArgument(parsing: text, names: Names()).requireInterface()
    }
  }

  @Test(arguments: [
    ("8080/tcp", "8080", TransportProtocol.tcp), ("53/udp", "53", .udp), ("53/UDP", "53", .udp),
    ("http/tcp", "http", .tcp), ("127.0.0.1:53/udp", "127.0.0.1:53", .udp), ("[::1]:53/udp", "[::1]:53", .udp),
    ("*:53/udp", "*:53", .udp), ("53", "53", nil),
  ]) func protocolMayFollowThePort(_ text: String, _ place: String, _ transport: TransportProtocol?) throws {
    var argument = try PortArgument(parsing: text, names: Names())
    #expect(argument.transport == transport)
    argument.transport = nil
    #expect(try argument == PortArgument(parsing: place, names: Names()))
  }

  @Test func portAndOptionsMustAgreeOnTheProtocol() throws {
    let (plain, tcp, udp) = try (
      PortArgument(parsing: "80"), PortArgument(parsing: "80/tcp"), PortArgument(parsing: "80/udp")
    )
    #expect(try plain.transports(tcp: false, udp: false) == [.tcp])
    #expect(try plain.transports(tcp: true, udp: true) == [.tcp, .udp])
    #expect(try plain.singleTransport(tcp: false, udp: true) == .udp)
    #expect(try tcp.transports(tcp: true, udp: false) == [.tcp])
    #expect(try udp.transports(tcp: false, udp: false) == [.udp])
    #expect(try udp.singleTransport(tcp: false, udp: true) == .udp)
    for (port, tcp, udp) in [(udp, true, false), (udp, true, true), (tcp, false, true)] {
      #expect(throws: CommandFailure.self) { try port.transports(tcp: tcp, udp: udp) }
    }
    #expect(throws: CommandFailure.self) { try plain.singleTransport(tcp: true, udp: true) }
  }

  @Test(arguments: [
    ("", "the port is empty; write it as 8080, 127.0.0.1:8080 or [::1]:8080"),
    ("99999", "'99999' is not a port; ports are 0 to 65535"),
    ("127.0.0.1:65536", "'65536' is not a port; ports are 0 to 65535"),
    ("999999999999999999999", "'999999999999999999999' is not a port; ports are 0 to 65535"),
    (
      "80-90",
      "'80-90' is not one port; ports are 0 to 65535, and only kill, wait and free take a range, such as 3000-3010"
    ),
    ("-1", "'-1' is not one port; ports are 0 to 65535, and only kill, wait and free take a range, such as 3000-3010"),
    ("80,443", "'80,443' is not one port; only kill, wait and free take a list, such as 80,443"),
    ("3000:3010", "'3000:3010' is not an address and a port; write a range as 3000-3010"),
    ("80/sctp", "'80/sctp' ends in no known protocol; write 80/tcp or 80/udp"),
    ("80/", "'80/' ends in no known protocol; write 80/tcp or 80/udp"),
    ("99999/tcp", "'99999' is not a port; ports are 0 to 65535"),
    ("/tcp", "the port is empty; write it as 8080, 127.0.0.1:8080 or [::1]:8080"),
    (
      "/run/app.sock",
      "'/run/app.sock' is a UNIX socket, which has no port; 'sockdiag why /run/app.sock' says who has it"
    ),
    ("./a b:80", "'./a b:80' is a UNIX socket, which has no port; 'sockdiag why './a b'' says who has it"),
    ("unix:/x", "'unix:/x' is a UNIX socket, which has no port; 'sockdiag why /x' says who has it"),
    ("unix:///x", "'unix:///x' is a UNIX socket, which has no port; 'sockdiag why /x' says who has it"),
    ("+80", "'+80' is not a port or a service; write the number"),
    ("８０", "'８０' is not a port or a service; write the number"),
    ("htpt", "'htpt' is not a port or a service; 'sockdiag list -ap comm = htpt' shows the ports of a program"),
    ("twofold", "'twofold' is 10 and 20, depending on the protocol; write the number"),
    (":", "':' lacks a port behind the colon; write :8080"),
    ("127.0.0.1:", "'127.0.0.1:' lacks a port behind the colon; write 127.0.0.1:8080"),
    ("127.0.0.1", "'127.0.0.1' lacks a port; write 127.0.0.1:8080"), ("*", "'*' lacks a port; write *:8080"),
    ("[::1]", "'[::1]' lacks a port; write [::1]:8080"), ("[::1", "'[::1' lacks a ']'; write it as [::1]:8080"),
    ("[::1]8080", "'[::1]8080' goes on behind the ']' without a colon; write it as [::1]:8080"),
    ("::1:8080", "'::1:8080' has an IPv6 address without brackets; write [::1]:8080"),
    (":::8080", "':::8080' has an IPv6 address without brackets; write [::]:8080"),
    ("fe80::1%eth0:80", "'fe80::1%eth0:80' has an IPv6 address without brackets; write [fe80::1%eth0]:80"),
    ("::1", "'::1' is an address and lacks a port; write [::1]:8080"),
    ("fe80::abcd", "'fe80::abcd' is an address and lacks a port; write [fe80::abcd]:8080"),
    ("a:b:c", "'a:b:c' is not [ADDRESS:]PORT; write it as 8080, 127.0.0.1:8080 or [::1]:8080"),
    ("http://localhost:8080/x", "'http://localhost:8080/x' is a URL; write localhost:8080"),
    ("http://localhost", "'http://localhost' is a URL; write localhost:80"),
    ("[127.0.0.1]:80", "'[127.0.0.1]:80' has brackets, but not around an IPv6 address; write 127.0.0.1:80"),
    ("[fe80::1%]:80", "'[fe80::1%]:80' lacks an interface behind the '%'; write it as [fe80::1%eth0]:80"),
    ("[fe80::1%eth9]:80", "'eth9' is not an interface here"),
    ("[]:80", "'[]:80' has no address before the port; write it as [::1]:8080"),
    ("[*]:80", "'[*]:80' has no address before the port; write it as [::1]:8080"),
    ("10.1:80", "'10.1' is not an address; write four numbers up to 255, as in 127.0.0.1:8080"),
    ("256.0.0.1:80", "'256.0.0.1' is not an address; write four numbers up to 255, as in 127.0.0.1:8080"),
    ("10.0.0.0/8:80", "'10.0.0.0/8' is not an address; one is taken at a time, without a prefix"),
    ("nowhere:80", "'nowhere' is not known as a host; write an address"),
  ]) func invalidPortGetsAMessageWithTheRemedy(_ text: String, _ sentence: String) {
    #expect(throws: CommandFailure.usage(sentence)) { try PortArgument(parsing: text, names: Names()) }
  }

  private static func ranges(_ words: String...) throws(CommandFailure) -> [String] {
    try PortRangeArgument.parse(words, names: Names()).map { range in
      range.description + (range.first.transport.map { "/\($0)" } ?? "")
    }
  }

  @Test func wordsNameSeveralPorts() throws {
    #expect(try Self.ranges("8080") == ["8080"])
    #expect(try Self.ranges("3000-3010") == ["3000-3010"])
    #expect(try Self.ranges(":3000-3010", "53/udp") == ["3000-3010", "53/udp"])
    #expect(try Self.ranges("80,443") == ["80", "443"])
    #expect(try Self.ranges("http,443") == ["80", "443"])
    #expect(try Self.ranges("80,443,8000-8010/udp") == ["80/udp", "443/udp", "8000-8010/udp"])
    #expect(try Self.ranges("80/tcp,53/udp") == ["80/tcp", "53/udp"])
    #expect(try Self.ranges("127.0.0.1:80,443") == ["127.0.0.1:80", "127.0.0.1:443"])
    #expect(try Self.ranges("[::1]:80-90,443") == ["[::1]:80-90", "[::1]:443"])
    #expect(try Self.ranges("*:80,443") == ["*:80", "*:443"])
    #expect(try Self.ranges("80", "80", "80-80") == ["80"])
    #expect(try Self.ranges("localhost:80-81") == ["127.0.0.1:80-81, [::1]:80-81"])
  }

  @Test func rangeHasAnArgumentForEachPort() throws {
    let ranges = try PortRangeArgument.parse(["127.0.0.1:3000-3002"], names: Names())
    let range = try #require(ranges.first)
    #expect(range.text == "127.0.0.1:3000-3002" && range.ports == 3000...3002 && !range.isSingle)
    #expect(try range.port(3001) == PortArgument(parsing: "127.0.0.1:3001", names: Names()))
  }

  @Test(arguments: [
    ("90-80", "'90-80' ends before it begins; write 80-90"),
    ("127.0.0.1:90-80", "'90-80' ends before it begins; write 127.0.0.1:80-90"),
    ("80-70000", "'80-70000' is not a range of ports; ports are 0 to 65535"),
    ("80,", "'80,' has an empty place beside a comma; write it as 80,443"),
    (",80", "',80' has an empty place beside a comma; write it as 80,443"),
    ("80,x", "'x' is not a port or a service; 'sockdiag list -ap comm = x' shows the ports of a program"),
    (
      "80-", "'80-' is not one port; ports are 0 to 65535, and only kill, wait and free take a range, such as 3000-3010"
    ),
  ]) func wrongRangeGetsASentence(_ word: String, _ sentence: String) {
    #expect(throws: CommandFailure.usage(sentence)) {
      try PortRangeArgument.parse([word], names: Names())
    }
  }

  @Test func noTextTraps() {
    let seed = UInt64.random(in: 0 ... .max)
    var state = seed
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let pieces = [
      "[", "]", ":", "::", "%", "*", ".", "80", "eth0", "1", "fe80", "/", "-", ",", "é", "\u{301}", "\0", " ", "://",
    ]
    for _ in 0..<20_000 {
      let text = (0..<next(8)).map { _ in pieces[next(pieces.count)] }.joined()
      do throws(CommandFailure) {
        _ = try PortRangeArgument.parse([text], names: Names())
        _ = try PortArgument(parsing: text, names: Names())
      } catch {
        #expect(error.status == .usage && !error.message.isEmpty, "seed \(seed): \(text)")
      }
    }
  }
}

/// Times and signals of the command line.
struct TimeAndSignalTests {
  @Test(arguments: [
    ("500ms", Duration.milliseconds(500)), ("5s", .seconds(5)), ("1m", .seconds(60)), ("2h", .seconds(7200)),
    ("5", .seconds(5)), ("0", .zero), ("0ms", .zero), ("24h", .seconds(86_400)),
  ]) func timesHaveUnits(_ text: String, _ time: Duration) throws {
    #expect(try DurationArgument.parse(text, option: "--grace") == time)
  }

  @Test(arguments: ["", "s", "ms", "-1s", "1.5s", "5 s", "5S", "5d", "1m30s", "٥s", "0x10"])
  func invalidTimeIsReported(_ text: String) {
    let sentence = "--grace: '\(text)' is not a time; write a whole number with a unit, such as 500ms, 5s or 1m"
    #expect(throws: CommandFailure.usage(sentence)) { try DurationArgument.parse(text, option: "--grace") }
  }

  @Test(arguments: ["25h", "99999999999999999999s", "9223372036854775807h", "86400001ms"])
  func timesHaveLimits(_ text: String) {
    #expect(throws: CommandFailure.usage("--grace: \(text) is too long; give up to 24h")) {
      try DurationArgument.parse(text, option: "--grace")
    }
    #expect(throws: CommandFailure.usage("--every: 9ms is too short; give at least 10ms")) {
      try DurationArgument.parse("9ms", option: "--every", atLeast: .milliseconds(10))
    }
  }

  @Test func timesPrintAsTheyAreWritten() throws {
    for text in ["500ms", "5s", "1m", "90s", "2h", "0s", "1500ms"] {
      #expect(DurationArgument.spelt(try DurationArgument.parse(text, option: "-")) == text)
    }
  }

  @Test(arguments: [("TERM", 15), ("SIGTERM", 15), ("sigterm", 15), ("15", 15), ("hup", 1), ("9", 9), ("64", 64)])
  func signalsHaveNamesAndNumbers(_ text: String, _ number: Int32) throws {
    #expect(try SignalArgument.parse(text).rawValue == number)
  }

  @Test(arguments: [
    ("0", "--signal: 0 is not a signal; signals are 1 to 64"),
    ("65", "--signal: 65 is not a signal; signals are 1 to 64"),
    ("TREM", "--signal: 'TREM' is not a signal; did you mean 'term'?"),
    ("", "--signal: '' is not a signal; write a name such as TERM, INT or HUP, or a number"),
    ("-9", "--signal: '-9' is not a signal; write a name such as TERM, INT or HUP, or a number"),
  ]) func invalidSignalIsReported(_ text: String, _ sentence: String) {
    #expect(throws: CommandFailure.usage(sentence)) { try SignalArgument.parse(text) }
  }
}
