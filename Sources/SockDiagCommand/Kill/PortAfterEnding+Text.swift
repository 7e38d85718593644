internal import BindDiagnosis
internal import PortControl
internal import SockDiag
internal import SockDiagWire
internal import SocketOwners

extension PortAfterEnding {
  /// The worst status of the ports.
  var status: ExitStatus { ExitStatus.worst(byPort.map(\.statusOfPort)) }

  private var statusOfPort: ExitStatus {
    switch verdict {
    case .free: .success
    case .conflict: isBlockedByRecordsOnly ? .partial : .system
    case .depends: .undecided
    case .error: .otherError
    }
  }

  /// The sentences for people. The first says which ports are in use, or that all are free.
  ///
  /// - Parameter namespace: The network namespace, as `--netns` takes it.
  func sentences(_ arguments: PortArguments, namespace: String? = nil) -> [String] {
    let ports = byPort
    let free = ports.filter(\.isFree)
    var states = ports.filter { !$0.isFree }.map { $0.state(Self.arguments($0, arguments), namespace) }
    if free.count == ports.count {
      states = ["\(arguments.description) \(arguments.verb) free"]
    } else if !free.isEmpty {
      let group = PortArguments(free.flatMap { Self.arguments($0, arguments).parts })
      states.append("\(group.description) \(group.verb) free")
    }
    return states + unlistedHolders.map { $0.sentence(selection) }
      + startedProcesses.map {
        "\($0.details.words) was started meanwhile; it does not hold the port, but may take it later"
      }
  }

  /// The arguments for one of the ports.
  private static func arguments(_ port: PortAfterEnding, _ all: PortArguments) -> PortArguments {
    guard !all.isSingle, let part = port.selection.parts.first, let transport = part.transports.first else {
      return all
    }
    return all.narrowed(to: part.ports.lowerBound, transport)
  }

  private func state(_ arguments: PortArguments, _ namespace: String?) -> String {
    func command(_ subcommand: String, _ option: String? = nil) -> String {
      arguments.command(subcommand, transport, option, namespace: namespace)
    }
    let port = arguments.description
    switch verdict {
    case .free: return "\(port) is free"
    case .conflict where isBlockedByRecordsOnly:
      let time = freeIn.map { " for another \($0.words)" } ?? " until the peer answers"
      let others =
        blockers.contains { $0.use == .timeWait } ? "; a program that sets SO_REUSEADDR may bind it earlier" : ""
      return "no process holds \(port) any more, but it is in use\(time): \(BlockerText.first(of: diagnoses));"
        + " '\(command("wait", "--free"))' waits for it\(others)"
    case .conflict:
      let isConnected = blockers.contains { $0.use == .connection && !$0.processes.isEmpty }
      let suggestion = isConnected ? "; '\(command("kill", "--connections"))' ends the owners of connections too" : ""
      return "\(port) is in use: \(BlockerText.first(of: diagnoses))\(suggestion)"
    case .depends:
      return "whether \(port) is free depends on facts that cannot be seen here; '\(command("why"))' lists them"
    case .error:
      for diagnosis in diagnoses {
        if case .error(let error) = diagnosis.verdict {
          return "no process holds \(port) any more, but bind() of \(diagnosis.request.local) fails with \(error)"
            + " (\(SystemMessage.text(error.rawValue))); '\(command("why"))' says what helps"
        }
      }
      return "bind() of \(port) fails"
    }
  }
}

extension UnlistedProcess {
  /// Where the process comes from, and how to end it for good.
  func sentence(_ selection: PortSelection) -> String {
    let name = details.words
    if let supervisor = selection.supervisor(supervision) {
      return "\(name) is new: \(supervisor.name) started it again; '\(supervisor.stopCommand)' ends it for good"
    }
    guard let starter else {
      let parent = details.parent.map { ", a child of process \($0)" } ?? ""
      return "\(name) is new\(parent); end what starts it, or run this again"
    }
    if starter.process.pid == 1 {
      return
        "\(name) is new: the first process, \(starter.words), started it again; stop the container or the machine"
    }
    return "\(name) is new: \(starter.words)\(Self.arguments(starter)) started it again; end that process first with"
      + " 'kill \(starter.process.pid)', and then run this again"
  }

  private static func arguments(_ process: ProcessDetails) -> String {
    guard let arguments = process.arguments, !arguments.isEmpty else { return "" }
    let text = arguments.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
    return " ('\(text.count > 120 ? text.prefix(120) + "…" : text)')"
  }
}
