import BindDiagnosis
import BindSituationKit
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit

/// The question for the command, and the bind() that is then tried.
struct WhyQuestion {
  /// The socket that binds: its user, its options, its address unless ``namesNoAddress``.
  var socket: SocketPlan
  var port: UInt16
  var asker: Asker
  /// Whether the question names only a port, so that the command answers for each address that servers bind.
  var namesNoAddress = false
  /// Whether the command watches the program that binds, instead of being asked before.
  var isWatched = false

  /// The arguments of the command that watches the program.
  func watching(with programs: Programs) -> [String] {
    ["why", "--json", "--run"] + attempt(on: "\(socket.address)", with: programs)
  }

  /// The arguments of the command.
  var arguments: [String] {
    var words = ["why", place, "--json"]
    if socket.protocol == .udp { words.append("--udp") }
    if socket.options.contains(.reuseAddress) { words.append("--reuseaddr") }
    if socket.options.contains(.reusePort) { words.append("--reuseport") }
    if socket.options.contains(.v6Only) { words.append("--v6only") }
    if socket.options.contains(.freebind) { words.append("--freebind") }
    if let interface = socket.interface { words += ["--device", interface.rawValue] }
    if socket.uid != asker.uid { words += ["--uid", "\(socket.uid)"] }
    return words
  }

  private var place: String {
    if namesNoAddress { return "\(port)" }
    guard socket.address.family == .inet6 else { return "\(socket.address):\(port)" }
    return "[\(socket.address)\(socket.scope.map { "%\($0.rawValue)" } ?? "")]:\(port)"
  }

  /// The arguments that make a program do what the question asks about, for one of the addresses.
  func attempt(on address: String, with programs: Programs) -> [String] {
    var words = [programs.attempt, "bind", socket.kind.rawValue, address, "\(port)"]
    if socket.options.contains(.reuseAddress) { words.append("reuseaddr") }
    if socket.options.contains(.reusePort) { words.append("reuseport") }
    if socket.options.contains(.v6Only) { words.append("v6only") }
    if socket.options.contains(.freebind) { words.append("freebind") }
    if let interface = socket.interface { words.append("device=\(interface.rawValue)") }
    if let scope = socket.scope { words.append("scope=\(scope.rawValue)") }
    return words
  }

  /// The user who tries: the asking user, unless the question names another one.
  var binder: Asker {
    if socket.uid == asker.uid { return asker }
    return socket.uid == 0 ? .root : .plain(socket.uid)
  }
}
