import BindDiagnosis
import Foundation
import SockDiag

/// A measured case: the answers of bind() and listen() on a real kernel (Fixtures/bind-cases/README.md).
struct BindCase: CustomStringConvertible {
  let number: Int
  let group: String
  let note: String
  let request: BindRequest
  /// The sockets with everything that the measurement recorded.
  let sockets: [PortSocket]
  /// The sockets with only the data of sock_diag.
  let visibleSockets: [PortSocket]
  /// The kernel's answers: `OK`, or the name of an errno; for listen `-` if it was not called.
  let bind: String
  let listen: String
  /// The answers of the rule with everything known, and with the visible facts; empty if the rule does not apply.
  let rule: String
  let visible: String

  var description: String { "case \(number) (\(group)\(note.isEmpty ? "" : ", \(note)"))" }

  /// Whether the kernel was more permissive than the rule, because of its cache for a port.
  var isBucketMemory: Bool { note.contains("bucket-memory") }
}

extension BindCase {
  struct Malformed: Error, CustomStringConvertible {
    let description: String
  }

  /// The cases of the fixture.
  static func measured() throws -> [BindCase] { try read(["Fixtures/bind-cases/cases.tsv"]) }

  /// The same, and those of the file that the environment variable SOCKDIAG_BIND_CASES names.
  static func all() throws -> [BindCase] {
    let other = ProcessInfo.processInfo.environment["SOCKDIAG_BIND_CASES"].map { [$0] } ?? []
    return try measured() + read(other)
  }

  private static func read(_ paths: [String]) throws -> [BindCase] {
    try paths.flatMap { path in
      let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
      let names = lines[0].split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      return try lines.dropFirst().map { line in
        let values = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        guard values.count == names.count else { throw Malformed(description: "\(path): \(line)") }
        return try BindCase(Dictionary(uniqueKeysWithValues: zip(names, values)))
      }
    }
  }

  private init(_ row: [String: String]) throws {
    func column(_ name: String) throws -> String {
      guard let value = row[name] else { throw Malformed(description: "no column \(name)") }
      return value
    }
    number = Int(try column("case")) ?? 0
    group = try column("group")
    note = try column("note")
    bind = try column("bind")
    listen = try column("listen")
    rule = try column("rule")
    visible = try column("visible")

    let transport: TransportProtocol = try column("proto") == "udp" ? .udp : .tcp
    let name = try column("r_addr")
    var options: BindOptions = []
    if try name == "6only" || column("r_v6only") == "1" { options.insert(.v6Only) }
    if try column("r_reuse") == "1" { options.insert(.reuseAddress) }
    if try column("r_rport") == "1" { options.insert(.reusePort) }
    guard let address = IPAddress(Self.addresses[name] ?? (name == "auto" ? "0.0.0.0" : name)),
      let port = UInt16(try column("port"))
    else { throw Malformed(description: "the address or port of case \(number)") }
    request = BindRequest(
      transport, SocketAddress(address, port: port), options: options, uid: UInt32(try column("r_uid")) ?? 0,
      interfaceIndex: Self.interfaces[try column("r_dev")] ?? 0)

    let reports = try JSONDecoder().decode([Report].self, from: Data(try column("diag").utf8))
    sockets = try reports.map { try $0.socket(transport, knowsAll: true) }
    visibleSockets = try reports.map { try $0.socket(transport, knowsAll: false) }
  }

  private static let interfaces: [String: UInt32] = ["lo": 1, "v0": 3]
  private static let addresses = [
    "4any": "0.0.0.0", "4a": "127.0.0.1", "4b": "127.0.0.2", "46x": "127.0.0.6", "4dev": "10.9.0.1", "6dual": "::",
    "6only": "::", "6a": "::1", "6b": "fd00:9::1", "m4any": "::ffff:0.0.0.0", "m4a": "::ffff:127.0.0.1",
  ]

  /// A socket as sock_diag reported it, and under `t` the facts that sock_diag omits.
  private struct Report: Decodable {
    let st: String
    let tm: Int
    let src: String
    let ifx: UInt32
    let uid: UInt32
    let ino: Int
    let v6only: Int?
    let t: Truth

    struct Truth: Decodable {
      let reuse: Int
      let rport: Int
      let v6only: Int?
      let uid: UInt32
    }

    func socket(_ transport: TransportProtocol, knowsAll: Bool) throws -> PortSocket {
      guard let address = IPAddress(src) else { throw Malformed(description: "the address \(src)") }
      let role: PortSocket.Role =
        switch (transport, st, tm) {
        case (.udp, _, _): .occupies
        case (_, "LISTEN", _): .listens
        case (_, _, 3): .timeWait
        case (_, "CLOSE", _): .bound
        default: .occupies
        }
      var options = KnownOptions()
      let isIPv4 = address.unmapped.family == .inet
      if isIPv4 { options[.v6Only] = false } else if let v6only { options[.v6Only] = v6only == 1 }
      if knowsAll {
        options[.reuseAddress] = t.reuse == 1
        options[.reusePort] = t.rport == 1
        if !isIPv4, let v6only = t.v6only { options[.v6Only] = v6only == 1 }
      }
      return PortSocket(
        transport, address, role, interfaceIndex: ifx, uid: role == .timeWait ? (knowsAll ? t.uid : nil) : uid,
        options: options)
    }
  }
}
