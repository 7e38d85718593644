internal import SockDiag
internal import SocketOwners

/// What holds the port when the signals have done what they do.
struct Aftermath {
  /// The sockets that are there now.
  let sockets: PortSockets
  /// Who holds those that keep the port.
  let held: [(socket: InetSocket, holders: HolderList)]
  /// Processes among them that the plan did not know: started again, or heirs of the socket.
  let newcomers: [(details: ProcessDetails, supervisor: Supervisor?)]
  private let claim: PortClaim

  init(_ sockets: PortSockets, _ held: [(socket: InetSocket, holders: HolderList)], _ plan: EndingPlan) {
    (self.sockets, self.held, claim) = (sockets, held, plan.claim)
    let known = Set(plan.targets.map(\.process))
    let later = EndingPlan(plan.claim, held, Surroundings(pid: 0))
    newcomers = later.targets.filter { !known.contains($0.process) }.map { target in
      // Who ran the old process runs the new one. Other units are only named where they are the same.
      let supervisor = plan.targets.first { $0.supervisor != nil && $0.supervisor == target.supervisor }?.supervisor
      return (target.details, supervisor)
    }
  }

  /// Whether nothing holds the port.
  var isFree: Bool { held.isEmpty }

  /// What there is to know, in sentences: first whether the port is free.
  var sentences: [String] {
    var result: [String] = []
    if isFree {
      result.append("\(claim.description) is free of listeners\(rest.isEmpty ? "" : "; \(rest)")")
    } else {
      let names = held.flatMap { $0.holders.byProcess }.compactMap { $0.first?.process?.cellName }
      let list = names.isEmpty ? "a process that is not to be seen" : Listing.unique(names)
      result.append("\(claim.description) is held by \(list)\(rest.isEmpty ? "" : "; \(rest)")")
    }
    for (details, supervisor) in newcomers {
      if let supervisor {
        result.append(
          "\(details.cellName) is new: \(supervisor.name) started it again; '\(supervisor.stopCommand)' ends it for good"
        )
      } else {
        let parent = details.parent.map { ", a child of process \($0)" } ?? ""
        result.append("\(details.cellName) is new\(parent); end what starts it, or run this again")
      }
    }
    return result
  }

  /// What is on the port besides.
  private var rest: String {
    var parts: [String] = []
    let (connections, leftOver) = (sockets.connections.count, sockets.leftOver.count)
    if connections > 0 { parts.append(connections == 1 ? "1 connection uses it" : "\(connections) connections use it") }
    if leftOver > 0 {
      let timed = sockets.leftOver.count { $0.state == .timeWait }
      if timed > 0 {
        let end = sockets.leftOverEnd.map { ", the last for \($0.components.seconds + 1) s" } ?? ""
        parts.append(
          timed == 1 ? "1 time-wait record stays on it\(end)" : "\(timed) time-wait records stay on it\(end)")
      }
      let orphans = leftOver - timed
      if orphans > 0 { parts.append(orphans == 1 ? "1 orphan closes on it" : "\(orphans) orphans close on it") }
    }
    return parts.joined(separator: ", ")
  }
}

/// Lists in sentences.
enum Listing {
  /// Up to five names, each once.
  static func unique(_ names: [String]) -> String {
    var seen: [String] = []
    for name in names where !seen.contains(name) { seen.append(name) }
    let rest = seen.count - 5
    return seen.prefix(5).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
  }
}
