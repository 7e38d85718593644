import BindDiagnosis
import SockDiag
import Testing

@testable import SockDiagCommand

/// The calls of real servers as strace shows them: a file for each kind in Fixtures/presets.
///
/// A line with `>` has the arguments of `sockdiag why`, without `--as`, that ask about the calls below it.
struct PresetFixture: Sendable, CustomTestStringConvertible {
  let preset: Preset
  let arguments: [String]
  /// The bind() calls: address and port, and the options that were set before.
  var calls: [Call] = []
  var testDescription: String { "\(preset.rawValue) \(arguments)" }

  struct Call: Hashable, Comparable, CustomStringConvertible {
    var local: String
    var options: BindOptions
    /// Whether IPV6_V6ONLY was set, to 0 or 1.
    var setsV6Only: Bool

    var description: String { ([local] + options.kernelNames).joined(separator: " ") }
    static func < (left: Call, right: Call) -> Bool { left.local < right.local }
  }

  /// The kinds without a file: C has no server of its own.
  static let unmeasured: Set<Preset> = [.c]

  static let all: [PresetFixture] = Preset.allCases.filter { !unmeasured.contains($0) }.flatMap { preset in
    (try? parse(preset)) ?? []
  }

  static func parse(_ preset: Preset) throws -> [PresetFixture] {
    let text = String(decoding: try Fixture.read("presets/\(preset.rawValue).txt"), as: UTF8.self)
    var fixtures: [PresetFixture] = []
    var sockets: [String: (options: BindOptions, setsV6Only: Bool)] = [:]
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      if line.hasPrefix("> ") {
        let words = line.dropFirst(2).split(separator: " ").map(String.init)
        fixtures.append(PresetFixture(preset: preset, arguments: words + ["--as", preset.rawValue]))
        continue
      }
      // The C library asks the kernel for addresses through a socket of another kind.
      if line.contains("AF_NETLINK") { continue }
      if let match = line.firstMatch(of: #/^socket\(.*\) = ([0-9]+)$/#) {
        sockets[String(match.1)] = ([], false)
      } else if let match = line.firstMatch(
        of: #/^setsockopt\(([0-9]+), [A-Z0-9_]+, ([A-Z0-9_]+), \[([01])\], 4\) = 0$/#)
      {
        let option = try #require(options[String(match.2)], "\(line)")
        let key = String(match.1)
        if match.3 == "1" { sockets[key]?.options.insert(option) } else { sockets[key]?.options.remove(option) }
        if option == .v6Only { sockets[key]?.setsV6Only = true }
      } else if let match = line.firstMatch(of: #/^bind\(([0-9]+), .*htons\(([0-9]+)\).*"([0-9a-f.:]+)".*\) = 0$/#) {
        let (host, socket) = (match.3, try #require(sockets[String(match.1)], "\(line)"))
        let local = host.contains(":") ? "[\(host)]:\(match.2)" : "\(host):\(match.2)"
        fixtures[fixtures.count - 1].calls.append(
          Call(local: local, options: socket.options, setsV6Only: socket.setsV6Only))
      } else {
        #expect(line.hasPrefix("listen("), "unknown line: \(line)")
      }
    }
    return fixtures
  }

  private static let options: [String: BindOptions] = [
    "SO_REUSEADDR": .reuseAddress, "SO_REUSEPORT": .reusePort, "IPV6_V6ONLY": .v6Only, "IP_TRANSPARENT": .transparent,
  ]
}
