internal import BindDiagnosis
internal import PortControl
internal import SockDiag
internal import SocketOwners

/// The ports on a command line, as they are written there.
struct PortArguments: Hashable {
  /// The ports of one argument, with its protocols.
  struct Part: Hashable {
    var range: PortRangeArgument
    var transports: [TransportProtocol]
  }

  var parts: [Part]

  init(_ parts: [Part]) { self.parts = parts }

  /// A single port.
  init(port: PortArgument, transports: [TransportProtocol]) {
    parts = [Part(range: PortRangeArgument(port), transports: transports)]
  }

  /// The ports in numbers.
  var selection: PortSelection {
    PortSelection(
      parts.map { part in
        let place: PortSelection.Place =
          switch part.range.first.place {
          case .unnamed: .anyAddress
          case .everywhere: .allAddresses
          case .addresses(let addresses): .addresses(addresses)
          }
        return PortSelection.Part(
          part.range.ports, part.transports, at: place, interfaceIndex: part.range.first.interfaceIndex)
      })
  }

  /// Whether it is a single port, of one protocol or of both.
  var isSingle: Bool { parts.count == 1 && parts.allSatisfy(\.range.isSingle) }

  /// The first port.
  var port: PortArgument { parts.first?.range.first ?? PortArgument(port: 0) }

  /// The ports for messages: `port 8080`, `ports 80, 443 and 3000-3010`, `UDP port 127.0.0.1:53`.
  var description: String { selection.description }

  /// The same with the protocol, also if that is TCP alone.
  var fullDescription: String { selection.fullDescription }

  /// `is` or `are`, for a sentence about the ports.
  var verb: String { isSingle ? "is" : "are" }

  /// The bind() calls for the ports, one for each address and protocol.
  ///
  /// - Parameter question: Makes the question about a protocol.
  func requests(asking question: (TransportProtocol) throws -> BindQuestion) throws -> [BindRequest] {
    var requests: [BindRequest] = []
    for part in parts {
      for transport in part.transports {
        // The calls are alike but for the port, and to make them takes system calls.
        let calls = try question(transport).requests(part.range.first)
        for port in part.range.ports {
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

  /// The arguments of one port among these.
  func narrowed(to port: UInt16, _ transport: TransportProtocol) -> PortArguments {
    PortArguments(
      parts.filter { $0.transports.contains(transport) && $0.range.ports.contains(port) }.map { part in
        Part(range: PortRangeArgument(part.range.port(port)), transports: isSingle ? part.transports : [transport])
      })
  }

  /// The ports of some diagnoses among these.
  func narrowed(to diagnoses: [Diagnosis]) -> PortArguments {
    if isSingle { return self }
    var parts: [Part] = []
    for diagnosis in diagnoses {
      let port = narrowed(to: diagnosis.request.local.port, diagnosis.request.protocol)
      for part in port.parts where !parts.contains(part) { parts.append(part) }
    }
    return PortArguments(parts)
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
}

extension PortSelection {
  /// The supervisor of a process that holds the port; `nil` if it has none.
  func supervisor(_ supervision: ProcessSupervision?) -> Supervisor? {
    supervision.flatMap {
      Supervisor($0, port: parts.first?.ports.lowerBound ?? 0, isUDP: transports == [.udp])
    }
  }
}

extension EndingTarget {
  /// The unit, container or forwarder, with the command that stops it.
  var supervisor: Supervisor? {
    guard let supervision else { return nil }
    return Supervisor(supervision, port: places.first?.port ?? 0, isUDP: places.first?.transport == .udp)
  }
}
