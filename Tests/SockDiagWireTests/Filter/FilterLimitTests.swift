import Foundation
import SockDiagTestKit
import SockDiagTesting
import SockDiagWire
import Testing

/// Filters too large to be written by hand: the result is an answer or a clear error, on a small stack too.
@Suite struct FilterLimitTests {
  // MARK: Long

  @Test func oneOfHundredsOfPortsIsFound() throws {
    let ports = (0..<1000).map { UInt16($0 * 13 % 65_521) }
    let filter = try SocketFilter("sport = :" + ports.map(String.init).joined(separator: ","))
    let walk = try #require(filter.compiled(for: .all).first)
    let members = Set(ports)
    let program = try BytecodeInterpreter(walk.bytecode.bytes)
    for port in UInt16.min ... .max where program.accepts(.port(port)) != members.contains(port) {
      Issue.record("port \(port)")
    }
    #expect(walk.remainder == nil)
  }

  /// The kernel would take longer to audit the whole list than for most walks.
  @Test func thousandsOfPortsAreSentWithNarrowGapsClosed() throws {
    // Two distant blocks of ports; every other port in them is wanted.
    let low = (0..<2500).map { UInt16(1000 + $0 * 2) }
    let ports = low + low.map { $0 + 49_000 }
    let filter = try SocketFilter("sport = :" + ports.map(String.init).joined(separator: ","))
    let walk = try #require(filter.compiled(for: .all).first)
    #expect(walk.bytecode.bytes.count < 20_000)
    let program = try BytecodeInterpreter(walk.bytecode.bytes)
    for port in ports where !program.accepts(.port(port)) { Issue.record("port \(port) is lost") }
    for port in [0, 999, 6001, 30_000, 49_999, 55_001, 65_535] as [UInt16] { #expect(!program.accepts(.port(port))) }
    // Ports in the closed gaps are excluded here.
    #expect(walk.remainder == filter)
  }

  @Test func dozensOfPrefixesFitOneProgram() throws {
    let text = (0..<64).map { $0 % 2 == 0 ? "src 10.\($0).0.0/16" : "dst 2001:db8:\($0)::/48" }.joined(
      separator: " or ")
    let walks = try SocketFilter(text).compiled(for: .connected)
    #expect(walks.count == 1 && walks[0].remainder == nil)
    // One operation of 16 or 28 bytes for each, and jumps over the rest.
    #expect(walks[0].bytecode.bytes.count <= 32 * (16 + 28) + 64 * 4)
    _ = try BytecodeInterpreter(walks[0].bytecode.bytes)
  }

  @Test func kernelComparesAsManyAddressesAsFit() throws {
    let text = (0..<20_000).map { "not src 10.1.\($0 / 250).\($0 % 250)" }.joined(separator: " ")
    let walk = try #require(SocketFilter("autobound and \(text)").compiled(for: .connected).first)
    #expect(walk.bytecode.bytes.count > 60_000)
    _ = try BytecodeInterpreter(walk.bytecode.bytes)
    // The only comparison that cannot be made here is among them.
    #expect(walk.bytecode.bytes.starts(with: [6, 4]))
    let remainder = try #require(walk.remainder)
    #expect(!remainder.node.contains { $0 == .autobound })
  }

  // MARK: Deep

  /// Terms in parentheses for each kind of operator.
  private static func nested(_ depth: Int) -> String {
    var text = "sport = :80"
    for level in 0..<depth {
      switch level % 3 {
      case 0: text = "not (\(text))"
      case 1: text = "dport = :\(level) and (\(text))"
      default: text = "(\(text)) or uid = \(level)"
      }
    }
    return text
  }

  @Test func deepNestingFitsASmallStack() async throws {
    for text in [
      Self.nested(200), Self.nested(256),
      String(repeating: "(", count: 256) + "dev 1" + String(repeating: ")", count: 256),
    ] {
      let (isSame, walks) = try await onSmallStack {
        let filter = try SocketFilter(text)
        let again = try SocketFilter(filter.description)
        let socket = try SocketSpecimen(local: "10.0.0.1:80", remote: "10.0.0.2:1").record()
        return (again == filter && again.evaluate(socket) == filter.evaluate(socket), filter.compiled(for: .all).count)
      }
      #expect(isSame && walks == 1)
    }
  }

  @Test func tooDeepNestingIsAnError() {
    let error = #expect(throws: FilterError.self) { try SocketFilter(Self.nested(300)) }
    #expect(error?.explanation == "more than 256 parentheses are open; write the filter with fewer")
    #expect(error?.length == 1)
  }

  // MARK: A megabyte

  private static func megabyte(_ text: String) -> String { repeated(text, Trials.count(1_000_000)) }
  /// Texts just long enough to be shortened in messages, and the same ten times as long.
  private static func long(_ text: String) -> String { repeated(text, Trials.count(100_000)) }
  private static func repeated(_ text: String, _ length: Int) -> String {
    String(repeating: text, count: length / text.utf8.count)
  }

  static let faulty: [(name: String, text: String)] = [
    ("a word", megabyte("x")), ("a word in quotes", "'\(long("x"))'"), ("a quote", "'" + megabyte("x")),
    ("a host", "src " + long("x")), ("a host with dots", "dst " + long("x.")),
    ("colons", "dst " + long(":")),
    ("brackets", "src " + long("[")), ("percents", "src " + long("%")), ("slashes", "src " + long("/")),
    ("digits", megabyte("1")), ("digits as an address", "src " + long("1")),
    ("digits as a port", "sport = :" + megabyte("1")),
    ("digits as a number", "cookie = " + long("1")), ("digits as a mark", "fwmark " + long("1")),
    ("digits as a time", "rtt > " + long("1") + "ms"), ("a fraction", "recv-q > 1." + long("1") + "k"),
    ("hexadecimal digits", "inode = 0x" + megabyte("f")), ("a prefix", "src 10.0.0.0/" + long("1")),
    ("parentheses", megabyte("(")), ("closing parentheses", "dev 1" + long(")")), ("negations", megabyte("not ")),
    ("signs", megabyte("!")), ("comparisons", "sport " + long("=")), ("a service", "sport = " + long("x")),
    ("hyphens", "sport = " + long("-")), ("a state", "state " + long("x")),
    ("states", "state " + long("listen,")),
    ("an interface", "dev " + long("x")), ("a cgroup", "cgroup " + long("/x")),
    ("a user", "uid = " + long("x")),
    ("a figure", long("rtt_") + " > 5"), ("non-ASCII letters", long("é")), ("zeros", long("\0")),
    ("marks above letters", "src e" + long("\u{301}")),
  ]

  @Test(arguments: faulty.map(\.name)) func invalidTextOfAnyLengthGivesAShortError(of name: String) async throws {
    let text = try #require(Self.faulty.first { $0.name == name }).text
    let error = try await onSmallStack { () -> FilterError? in
      do throws(FilterError) {
        _ = try SocketFilter(text, names: FakeFilterNames())
        return nil
      } catch {
        return error
      }
    }
    let found = try #require(error)
    #expect(found.description.utf8.count < 400, "\(found.description.prefix(500))")
    #expect(found.column >= 1 && found.column + found.length <= text.unicodeScalars.count + 1)
  }

  static let sound: [(name: String, text: String)] = [
    ("alternatives", (0..<Trials.count(60_000)).map { "src 10.0.\($0 / 250).\($0 % 250)" }.joined(separator: "|")),
    ("terms", (0..<Trials.count(40_000)).map { "dport != :\($0 % 65_536)" }.joined(separator: " ")),
    ("negations", repeated("not ", 4 * Trials.count(200_000)) + "dev 1"), ("signs", megabyte("!") + "dev 1"),
    ("ports", "sport = :" + (0..<Trials.count(150_000)).map { String($0 * 7 % 65_536) }.joined(separator: ",")),
    ("states", long("state listen ")), ("blanks", long(" ") + "dev 1"),
    ("pairs", long("(dev 1)&") + "dev 1"),
    ("figures", (0..<Trials.count(40_000)).map { "uid = \($0)" }.joined(separator: " or ")),
  ]

  @Test(arguments: sound.map(\.name)) func oneMegabyteOfFilterGetsAnAnswer(by name: String) async throws {
    let text = try #require(Self.sound.first { $0.name == name }).text
    let walks = try await onSmallStack {
      try SocketFilter(text).compiled(for: .all.union(.boundInactive)).map(\.bytecode.bytes)
    }
    for bytes in walks where !bytes.isEmpty { _ = try BytecodeInterpreter(bytes) }
  }
}

/// Runs a closure on a thread with a small stack, as other programs may use.
private func onSmallStack<Result: Sendable>(
  _ body: @escaping @Sendable () throws -> Result
) async throws -> Result {
  try await withCheckedThrowingContinuation { continuation in
    let thread = Thread { continuation.resume(with: Swift.Result { try body() }) }
    thread.stackSize = 512 << 10
    thread.start()
  }
}

extension KernelEntry {
  /// A socket on a port; its other fields do not matter.
  fileprivate static func port(_ port: UInt16) -> KernelEntry {
    KernelEntry(
      family: 2, local: [10, 0, 0, 1], remote: [10, 0, 0, 2], localPort: port, remotePort: 1, interface: 0, mark: 0,
      isPortLocked: true, cgroup: 0)
  }
}
