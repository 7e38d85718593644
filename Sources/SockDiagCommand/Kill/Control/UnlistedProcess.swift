internal import SocketOwners

/// A process that holds the port after the others were ended, and was not listed: it was started since, or it inherited the
/// socket.
struct UnlistedProcess {
  var details: ProcessDetails
  /// The unit or container that started it again, if that ran an ended process too.
  var supervisor: Supervisor?
  /// The living process that starts it again.
  var starter: ProcessDetails?

  /// What it is and how to end it for good.
  var sentence: String {
    if let supervisor {
      return
        "\(details.cellName) is new: \(supervisor.name) started it again; '\(supervisor.stopCommand)' ends it for good"
    }
    if let starter {
      if starter.process.pid == 1 {
        return
          "\(details.cellName) is new: the first process, \(starter.cellName), started it again; stop the container or"
          + " the machine"
      }
      return
        "\(details.cellName) is new: \(starter.cellName)\(Self.arguments(starter)) started it again; end that process"
        + " first with 'kill \(starter.process.pid)', and then run this again"
    }
    let parent = details.parent.map { ", a child of process \($0)" } ?? ""
    return "\(details.cellName) is new\(parent); end what starts it, or run this again"
  }

  private static func arguments(_ process: ProcessDetails) -> String {
    guard let arguments = process.arguments, !arguments.isEmpty else { return "" }
    let text = arguments.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
    return " (args=\(text.count > 120 ? text.prefix(120) + "…" : text))"
  }
}
