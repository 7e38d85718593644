internal import BindDiagnosis
internal import Glibc
internal import SockDiag
internal import SocketOwners

/// Ends the processes that hold UNIX sockets, in the steps of ``PortEnding``: look, signal, observe.
struct UnixEnding: ~Copyable {
  private let requests: [UnixRequest]
  /// The diagnoses at the first look.
  private let found: [UnixDiagnosis]
  private(set) var plan: EndingPlan
  private let restarters: PossibleRestarters
  private let owners: OwnerFinder
  private var diagnostician: Diagnostician

  init(_ arguments: [UnixArgument]) throws {
    requests = arguments.map { UnixRequest($0.name) }
    var diagnostician = try Diagnostician()
    let owners = try CommandFailure.findingHolders { () throws(SocketOwnersError) in try OwnerFinder() }
    var found: [UnixDiagnosis] = []
    for request in requests { found.append(try diagnostician.diagnose(request, [.owners])) }
    let ownProcess = OwnProcess.current(owners)
    var plan = EndingPlan(PortSelection(port: PortArgument(port: 0), transports: [.tcp]), [], ownProcess)
    plan.targets = Self.targets(found, ownProcess, plan.selection)
    restarters = PossibleRestarters(of: plan.signalled, besides: ownProcess, owners)
    (self.found, self.plan) = (found, plan)
    self.owners = owners
    self.diagnostician = diagnostician
  }

  /// The processes that hold the servers.
  private static func targets(
    _ diagnoses: [UnixDiagnosis], _ ownProcess: OwnProcess, _ selection: PortSelection
  ) -> [EndingTarget] {
    var holds: [Int32: (details: ProcessDetails, holds: [EndingTarget.Hold])] = [:]
    for server in diagnoses.compactMap(\.server) {
      for details in server.processes {
        var entry = holds[details.process.pid] ?? (details, [])
        entry.holds += server.holders.filter { $0.pid == details.process.pid }.map {
          EndingTarget.Hold(inode: server.socket.inode, holder: $0)
        }
        holds[details.process.pid] = entry
      }
    }
    return EndingPlan.ordered(
      holds.values.map { EndingTarget(details: $0.details, holds: $0.holds, ownProcess, selection) })
  }

  /// Why nothing can be ended; `nil` if there is a process to end.
  func refusal() -> RefusedEnding? {
    if let manager = plan.manager { return RefusedEnding(.manager, .system, Self.words(about: manager)) }
    if !plan.signalled.isEmpty { return nil }
    if !plan.targets.isEmpty {
      return RefusedEnding(.onlyThisCommand, .system, "only this command holds the socket: it inherited it")
    }
    guard let first = found.first(where: { $0.presence != .nothing }) else {
      return RefusedEnding(.noHolder, .negative, "no process holds it: \(found.first?.headline ?? "")")
    }
    if first.server == nil || first.server?.holdersMissing?.takesPrivilege == true {
      return RefusedEnding(.unknownHolders, .noPermission, "\(first.headline); \(CommandUser.cure)")
    }
    return RefusedEnding(
      .unknownHolders, .system, "no process was found that could be ended: \(first.headline)")
  }

  private static func words(about manager: EndingTarget) -> String {
    guard case .systemd(let uid) = manager.standing else {
      return "\(manager.details.words) holds the socket and is the first process; stop the container or the machine"
    }
    let systemctl = Supervisor.systemctl(managerUID: uid)
    return "systemd holds the socket for one of its .socket units; '\(systemctl) list-sockets' shows which, and"
      + " '\(systemctl) stop NAME.socket' ends it"
  }

  /// The JSON fields.
  ///
  /// - Parameters:
  ///   - outcomes: What became of each process; empty if nothing was tried.
  ///   - after: The diagnosis of each name afterwards; empty if nothing was tried.
  func fields(
    _ outcomes: [EndingOutcome] = [], _ after: [UnixDiagnosis] = [], refusal: RefusedEnding? = nil
  ) -> UnixEndingFields {
    UnixEndingFields(
      names: requests.map(\.name), plan: plan, outcomes: outcomes, after: after, refusal: refusal)
  }

  func endAll(_ options: EndingOptions) -> [EndingOutcome] { ProcessEnding.endAll(plan.targets, owners, options) }

  /// Observes the names until a restart would have happened, and then diagnoses them.
  mutating func observe(for time: Duration) throws -> [UnixDiagnosis] {
    let mayBeStartedAgain = plan.supervised != nil || !restarters.living(owners).isEmpty
    let end = ContinuousClock.now + (mayBeStartedAgain ? time : min(time, PortEnding.briefObservation))
    while ContinuousClock.now < end {
      usleep(50_000)
      if try diagnose([]).contains(where: \.isServed), !mayBeStartedAgain { break }
    }
    return try diagnose([.owners])
  }

  private mutating func diagnose(_ effort: Diagnostician.Effort) throws -> [UnixDiagnosis] {
    var diagnoses: [UnixDiagnosis] = []
    for request in requests { diagnoses.append(try diagnostician.diagnose(request, effort)) }
    return diagnoses
  }
}
