import Foundation
import SockDiag
import SockDiagWire
import Testing

/// A table of `/proc/net` for tests: a file from `Fixtures/proc`, or text.
struct ProcNetSample: CustomTestStringConvertible {
  let name: String
  let `protocol`: TransportProtocol
  let family: AddressFamily
  var bytes: [UInt8]

  var testDescription: String { name }

  /// The path of a replacement for `/proc`.
  static func root(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Fixtures/proc/\(name)").standardized
      .path(percentEncoded: false)
  }

  /// The four recorded tables.
  static let recorded: [ProcNetSample] = [
    recorded("tcp", .tcp, .inet), recorded("tcp6", .tcp, .inet6), recorded("udp", .udp, .inet),
    recorded("udp6", .udp, .inet6),
  ]

  private static func recorded(
    _ name: String, _ protocol: TransportProtocol, _ family: AddressFamily
  ) -> ProcNetSample {
    let data = FileManager.default.contents(atPath: root("linux-6.18") + "/thread-self/net/" + name) ?? Data()
    return ProcNetSample(name: name, protocol: `protocol`, family: family, bytes: [UInt8](data))
  }

  init(name: String, protocol: TransportProtocol, family: AddressFamily, bytes: [UInt8]) {
    self.name = name
    self.protocol = `protocol`
    self.family = family
    self.bytes = bytes
  }

  init(_ protocol: TransportProtocol, _ family: AddressFamily, _ text: String) {
    self.init(name: text, protocol: `protocol`, family: family, bytes: [UInt8](text.utf8))
  }

  /// The number of lines that end with a newline and are not the header.
  var rowCount: Int { bytes.count { $0 == 0x0a } - 1 }
}

/// The result of a parser for a table.
struct ProcNetOutcome: Equatable {
  var rows: [InetSocket] = []
  var faults: [WireError] = []

  /// Parses a table in pieces that end at the given offsets and at its end.
  init(_ sample: ProcNetSample, cutAt cuts: [Int] = []) {
    var parser = ProcNetParser(sample.protocol, family: sample.family)
    var rows: [InetSocket] = []
    var faults: [WireError] = []
    var start = 0
    for end in cuts + [sample.bytes.count] {
      let flow = parser.parse(sample.bytes.span.extracting(start..<end), onFault: { faults.append($0) }) { socket in
        rows.append(socket)
        return .continue
      }
      precondition(flow == .continue)
      start = end
    }
    _ = parser.finish(onFault: { faults.append($0) }) { socket in
      rows.append(socket)
      return .continue
    }
    self.rows = rows
    self.faults = faults
  }
}
