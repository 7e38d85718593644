import SockDiag
import Testing

@testable import PortControl

extension PortSelection.Part {
  /// A part as the command line writes it: `8080`, `127.0.0.1:8080`, `*:8080`, `[fe80::1%lo]:8080`. The interface is
  /// `lo`.
  static func written(_ text: String) throws -> PortSelection.Part {
    let colon = text.lastIndex(of: ":")
    let port = try #require(UInt16(text[(colon.map { text.index(after: $0) } ?? text.startIndex)...]))
    guard let colon else { return PortSelection.Part(port...port) }
    let host = text[..<colon].filter { !"[]".contains($0) }.split(separator: "%")
    let place: PortSelection.Place =
      host[0] == "*" ? .allAddresses : .addresses([try #require(IPAddress(String(host[0])))])
    return PortSelection.Part(port...port, at: place, interfaceIndex: host.count > 1 ? 1 : 0)
  }
}

extension PortSelection {
  /// The same as a selection.
  static func written(_ text: String, _ transports: [TransportProtocol] = [.tcp]) throws -> PortSelection {
    var part = try Part.written(text)
    part.transports = transports
    return PortSelection([part])
  }
}
