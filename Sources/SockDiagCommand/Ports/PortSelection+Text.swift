internal import BindDiagnosis
internal import SockDiag
internal import SocketOwners

extension PortSelection {
  /// The port for messages: `port 8080`, `UDP port 127.0.0.1:53`.
  var description: String { transports == [.tcp] ? "port \(port.description)" : fullDescription }

  /// The same with the protocol, also if that is TCP alone.
  var fullDescription: String {
    transports.map { $0 == .udp ? "UDP" : "TCP" }.joined(separator: " and ") + " port \(port.description)"
  }

  /// The question of `sockdiag why` about the same port: a bind() without any option, for each address and protocol.
  func requests() throws -> [BindRequest] {
    try transports.flatMap { try BindQuestion($0).requests(port) }
  }

  /// A command of this tool about the same port.
  func command(
    _ subcommand: String, _ transport: TransportProtocol, _ option: String? = nil, namespace: String?
  ) -> String {
    let words = ["sockdiag", subcommand, ShellWord.quoted(port.text)] + (option.map { [$0] } ?? [])
    return (words + ToolLine.suffix(transport, namespace)).joined(separator: " ")
  }

  /// The supervisor of a process that holds the port; `nil` if it has none.
  func supervisor(_ supervision: ProcessSupervision?) -> Supervisor? {
    supervision.flatMap { Supervisor($0, port: port.port, isUDP: transports == [.udp]) }
  }
}
