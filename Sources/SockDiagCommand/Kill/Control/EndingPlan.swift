internal import SockDiag
internal import SocketOwners

/// Who is to be ended, and what speaks against it.
struct EndingPlan {
  let selection: PortSelection
  /// The sockets whose holders are meant, with who holds them.
  let sockets: [(socket: InetSocket, holders: HolderList)]
  /// The processes in the order in which they are signalled.
  ///
  /// Parents come before their children. A supervisor that sees a worker end starts another one, so it has to hear first;
  /// then most end their workers themselves, in order, and who is gone when its turn comes has to be told nothing.
  var targets: [EndingTarget]

  init(
    _ selection: PortSelection, _ sockets: [(socket: InetSocket, holders: HolderList)], _ ownProcess: OwnProcess
  ) {
    self.selection = selection
    self.sockets = sockets
    var found: [Int32: (details: ProcessDetails, holds: [EndingTarget.Hold])] = [:]
    for (socket, list) in sockets {
      for entry in list.entries {
        // Who ended before it was looked at is not there to be ended.
        guard let process = entry.process else { continue }
        let hold = EndingTarget.Hold(inode: socket.inode, holder: entry.holder)
        found[process.process.pid, default: (process, [])].holds.append(hold)
      }
    }
    targets = Self.ordered(
      found.values.map { EndingTarget(details: $0.details, holds: $0.holds, ownProcess, selection) })
  }

  /// By age, and where the clock does not tell, for a fork takes less than its tick, by descent.
  private static func ordered(_ targets: [EndingTarget]) -> [EndingTarget] {
    let byAge = targets.sorted {
      ($0.process.startTicks, $0.process.pid) < ($1.process.startTicks, $1.process.pid)
    }
    let byID = Dictionary(byAge.map { ($0.process.pid, $0) }, uniquingKeysWith: { first, _ in first })
    var result: [EndingTarget] = []
    var placed: Set<Int32> = []
    func place(_ target: EndingTarget) {
      guard placed.insert(target.process.pid).inserted else { return }
      if let parent = target.details.parent.flatMap({ byID[$0] }) { place(parent) }
      result.append(target)
    }
    for target in byAge { place(target) }
    return result
  }

  /// Those that are signalled.
  var signalled: [EndingTarget] { targets.filter { $0.standing == .ordinary || $0.standing == .ancestor } }

  /// Those who hold sockets for others.
  var managers: [EndingTarget] { targets.filter { $0.standing == .manager } }

  /// Sockets of which no process is known, and why.
  var unheld: [(socket: InetSocket, reasons: MissingHolder.Reasons)] {
    sockets.compactMap { socket, list in list.entries.isEmpty ? (socket, list.reasons ?? []) : nil }
  }
}
