import Foundation
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit

/// The `sockdiag` binary that was built with the tests.
enum CommandUnderTest {
  static let path = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    .appending(path: "sockdiag").path

  /// A socket as the command reports it. This is the library's own type, because the command's JSON is the library's.
  struct Row: Decodable {
    var socket: InetSocket
    var interfaceName: String?

    init(from decoder: any Decoder) throws {
      socket = try InetSocket(from: decoder)
      interfaceName = try decoder.container(keyedBy: Key.self).decodeIfPresent(String.self, forKey: .interfaceName)
    }

    private enum Key: String, CodingKey { case interfaceName = "interface_name" }
  }

  /// The rows of `sockdiag list`, optionally started by another command, without sockets that are only bound: `ss` before
  /// 6.8 does not know them.
  static func list(
    _ arguments: [String], in namespace: LabNamespace, startedBy starter: [String] = []
  ) throws -> [Row] {
    let result = try namespace.run(starter + [path, "list"] + arguments + ["--json"])
    guard result.status == 0 else { throw Failure(arguments, result) }
    let rows = try JSONDecoder().decode([Row].self, from: Data(result.output))
    return rows.filter { $0.socket.state != .boundInactive }
  }

  struct Failure: Error {
    var arguments: [String]
    var status: Int32
    var text: String

    init(_ arguments: [String], _ result: CommandResult) {
      self.arguments = arguments
      status = result.status
      text = result.errorText
    }
  }
}

extension CommandUnderTest.Row {
  /// The columns as `ss` would show the socket.
  var ssColumns: String {
    let isDual = socket.isV6Only != true
    func column(_ end: SocketAddress, device: String?) -> String {
      let isAny = end.address == .anyV6 && isDual
      let host = isAny ? "*" : end.address.family == .inet6 ? "[\(end.address)]" : end.address.description
      return host + (device.map { "%" + $0 } ?? "") + ":" + (end.port == 0 ? "*" : String(end.port))
    }
    return [
      socket.protocol.description, socket.state.ssName, String(socket.receiveQueue), String(socket.sendQueue),
      column(socket.local, device: interfaceName), column(socket.remote, device: nil),
    ].joined(separator: " ")
  }
}

extension SSRow {
  var columns: String {
    [`protocol`.rawValue, state, String(receiveQueue), String(sendQueue), local, remote].joined(separator: " ")
  }

  /// The rows of `ss -H -n` with the given options. The first option selects the protocols.
  static func list(
    _ arguments: [String], in namespace: LabNamespace, startedBy starter: [String] = []
  ) throws -> [SSRow] {
    let result = try namespace.run(starter + ["ss", "-HOn"] + arguments)
    guard result.status == 0 else { throw CommandUnderTest.Failure(arguments, result) }
    // `ss` omits the protocol column for a single protocol, and the state column for a single state.
    let kinds = ["t", "u"].filter { arguments[0].contains($0) }
    let kind = kinds == ["t"] ? "tcp" : kinds == ["u"] ? "udp" : nil
    let state = arguments.firstIndex(of: "state").map { arguments[$0 + 1] }.flatMap { SocketState(name: $0) }
    return result.outputText.split(separator: "\n").compactMap { line in
      var words = line.split(separator: " ", maxSplits: 7).map(String.init)
      if let kind { words.insert(kind, at: 0) }
      if let state { words.insert(state.ssName, at: 1) }
      return SSRow(line: words.joined(separator: " "))
    }
  }
}

extension SocketState {
  fileprivate var ssName: String {
    switch self {
    case .close, .boundInactive: "UNCONN"
    case .established: "ESTAB"
    default: description.uppercased()
    }
  }
}

/// The rows that only one of two lists has.
func rowDifferences(_ ours: [String], _ theirs: [String]) -> [String] {
  var counts: [String: Int] = [:]
  for row in ours { counts[row, default: 0] += 1 }
  for row in theirs { counts[row, default: 0] -= 1 }
  return counts.filter { $0.value != 0 }.map { ($0.value > 0 ? "only ours: " : "only ss: ") + $0.key }
}
