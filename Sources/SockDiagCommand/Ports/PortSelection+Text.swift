internal import BindDiagnosis
internal import SockDiag
internal import SocketOwners

extension PortSelection {
  /// The ports for messages: `port 8080`, `ports 80, 443 and 3000-3010`, `UDP port 127.0.0.1:53`.
  var description: String {
    parts.allSatisfy { $0.transports == [.tcp] } ? Self.text(parts) : fullDescription
  }

  /// The same with the protocol, also if that is TCP alone.
  var fullDescription: String {
    var groups: [(transports: [TransportProtocol], parts: [Part])] = []
    for part in parts {
      if let index = groups.firstIndex(where: { $0.transports == part.transports }) {
        groups[index].parts.append(part)
      } else {
        groups.append((part.transports, [part]))
      }
    }
    return Self.list(
      groups.map { group in
        "\(group.transports.map { $0 == .udp ? "UDP" : "TCP" }.joined(separator: " and ")) \(Self.text(group.parts))"
      })
  }

  /// `is` or `are`, for a sentence about the ports.
  var verb: String { isSingle ? "is" : "are" }

  private static func text(_ parts: [Part]) -> String {
    let isOne = parts.count == 1 && parts.allSatisfy(\.range.isSingle)
    return "\(isOne ? "port" : "ports") \(list(parts.map(\.range.description)))"
  }

  private static func list(_ texts: [String]) -> String {
    guard let last = texts.last, texts.count > 1 else { return texts.first ?? "" }
    return texts.dropLast().joined(separator: ", ") + " and " + last
  }

  /// The bind() calls for the ports, one for each address and protocol.
  ///
  /// - Parameters:
  ///   - question: Makes the question about a protocol; by default that of `sockdiag why`, a bind() without any option.
  ///   - isWanted: Chooses ports of ranges. Ports that are named by themselves are always there.
  func requests(
    asking question: (TransportProtocol) throws -> BindQuestion = { BindQuestion($0) },
    where isWanted: (UInt16, TransportProtocol) -> Bool = { _, _ in true }
  ) throws -> [BindRequest] {
    var requests: [BindRequest] = []
    for part in parts {
      for transport in part.transports {
        // The calls are alike but for the port, and to make them takes system calls.
        let calls = try question(transport).requests(part.range.first)
        for port in part.range.ports where part.range.isSingle || isWanted(port, transport) {
          requests += calls.map { call in
            var request = call
            request.local.port = port
            return request
          }
        }
      }
    }
    return requests
  }

  /// The selection of one port among these.
  func narrowed(to port: UInt16, _ transport: TransportProtocol) -> PortSelection {
    PortSelection(
      parts.filter { $0.transports.contains(transport) && $0.range.ports.contains(port) }.map { part in
        Part(range: PortRangeArgument(part.range.port(port)), transports: isSingle ? part.transports : [transport])
      })
  }

  /// The ports of some diagnoses among these.
  func narrowed(to diagnoses: [Diagnosis]) -> PortSelection {
    if isSingle { return self }
    var parts: [Part] = []
    for diagnosis in diagnoses {
      let port = narrowed(to: diagnosis.request.local.port, diagnosis.request.protocol)
      for part in port.parts where !parts.contains(part) { parts.append(part) }
    }
    return PortSelection(parts)
  }

  /// A command of this tool about the same ports.
  func command(
    _ subcommand: String, _ transport: TransportProtocol, _ option: String? = nil, namespace: String?
  ) -> String {
    // One option names the protocol of all, unless they differ.
    let areAlike = Set(parts.map(\.transports)).count == 1
    let texts = parts.map { part in
      ShellWord.quoted(part.range.text) + (areAlike || part.transports != [.udp] ? "" : "/udp")
    }
    let suffix = ToolLine.suffix(areAlike ? transport : .tcp, namespace)
    return (["sockdiag", subcommand] + texts + (option.map { [$0] } ?? []) + suffix).joined(separator: " ")
  }

  /// The supervisor of a process that holds the port; `nil` if it has none.
  func supervisor(_ supervision: ProcessSupervision?) -> Supervisor? {
    supervision.flatMap { Supervisor($0, port: port.port, isUDP: transports == [.udp]) }
  }
}
