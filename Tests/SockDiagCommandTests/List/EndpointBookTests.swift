import FoundationEssentials
import SockDiag
import Testing

@testable import SockDiagCommand

/// Names instead of addresses and ports.
struct EndpointBookTests {
  private func table(_ sockets: [InetSocket]) throws -> [[Substring]] {
    let names: [String: String] = [
      "10.0.0.1": "web.example.net", "203.0.113.9": "far.example.net\u{1b}[31m",
      "::ffff:10.0.0.2": "mapped.example.net",
    ]
    let renderer = TableRenderer(
      TableShape(.all), showsHeader: false, interfaces: InterfaceNames([1: "lo", 2: "eth0"]), terminal: .plain,
      output: ByteOutput(descriptor: nil))
    var book = EndpointBook { names[$0.description] }
    book.services = ServiceNames([443: "https", 53: "domain"])
    renderer.use(book)
    for socket in sockets { try renderer.render(socket) }
    try renderer.finish(afterFailure: false)
    return String(decoding: renderer.text, as: UTF8.self).split(separator: "\n").map { $0.split(separator: " ") }
  }

  @Test func knownNamesReplaceAddressesAndPorts() throws {
    let rows = try table(try Samples.assorted)
    let ends = Set(rows.map { $0.suffix(2).joined(separator: " ") })
    #expect(ends.contains("web.example.net:https 192.168.178.123:51123"))
    #expect(ends.contains(#"web.example.net:https far.example.net\x1b[31m:1024"#))
    #expect(ends.contains("[::ffff:10.0.0.1]:80 mapped.example.net:5000"))
    #expect(ends.contains("127.0.0.53%lo:domain *"))
  }

  /// All addresses of the host have no name, and which of them are meant must stay visible.
  @Test func wildcardsStay() throws {
    let rows = try table(try Samples.assorted.filter { $0.state == .listen })
    #expect(rows.map { $0[$0.count - 2] }.prefix(3) == ["0.0.0.0:22", "*:80", "[::]:https"])
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/etc/services"), "needs netbase"))
  func servicesOfTheHostAreRead() {
    var services = ServiceNames()
    #expect(services.name(22, "tcp") == Array("ssh".utf8))
    #expect(services.name(0, "tcp") == nil)
  }
}
