public import BindDiagnosis
internal import Glibc
internal import SockDiag
internal import SocketOwners

/// Ends the processes that hold UNIX sockets, in the steps of ``PortEnding``: look, signal, observe.
public struct UnixEnding: ~Copyable, Sendable {
  private let requests: [UnixRequest]
  /// The diagnoses at the look.
  public let found: [UnixDiagnosis]
  /// Why nothing can be ended; `nil` if there is a process to end.
  public let refusal: EndingRefusal?
  package private(set) var plan: EndingPlan
  private let restarters: PossibleRestarters
  private let owners: OwnerFinder
  private var diagnostician: Diagnostician
  private let viewpoint: PortViewpoint

  /// The processes that hold the sockets, in the order in which they are signalled: parents before their children.
  public var targets: [EndingTarget] { plan.targets }

  /// Looks at the names. Nothing is signalled.
  ///
  /// - Throws: ``PortControlError`` if sockets or processes cannot be read. A ``refusal`` is no error.
  public init(_ requests: [UnixRequest], from viewpoint: PortViewpoint = .here) throws(PortControlError) {
    var diagnostician = try PortControlError.reading { () throws(SockDiagError) in try viewpoint.diagnostician() }
    let owners = try PortControlError.searching { () throws(SocketOwnersError) in try OwnerFinder() }
    let found = try Self.diagnose(requests, [.owners], &diagnostician)
    let ownProcess = OwnProcess.current(owners)
    let plan = EndingPlan(Self.targets(found, ownProcess))
    restarters = PossibleRestarters(of: plan.signalled, besides: ownProcess, owners)
    refusal = Self.refusal(plan, found)
    (self.requests, self.found, self.plan, self.viewpoint) = (requests, found, plan, viewpoint)
    self.owners = owners
    self.diagnostician = diagnostician
  }

  /// Looks at the names on a thread of its own. Nothing is signalled.
  ///
  /// - Throws: ``PortControlError`` if sockets or processes cannot be read. A ``refusal`` is no error.
  public static func look(
    at requests: [UnixRequest], from viewpoint: PortViewpoint = .here
  ) async throws(PortControlError) -> UnixEnding {
    let box = try await OwnThread.run { _ throws(PortControlError) in
      try viewpoint.prepare()
      return HandedOver(try UnixEnding(requests, from: viewpoint))
    }
    return try box.take()
  }

  /// The processes that hold the servers.
  private static func targets(_ diagnoses: [UnixDiagnosis], _ ownProcess: OwnProcess) -> [EndingTarget] {
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
    return holds.values.map { EndingTarget(details: $0.details, holds: $0.holds, ownProcess, places: []) }
  }

  private static func refusal(_ plan: EndingPlan, _ found: [UnixDiagnosis]) -> EndingRefusal? {
    if let manager = plan.manager { return .manager(manager, socketUnit: nil, holding: "the socket") }
    if !plan.signalled.isEmpty { return nil }
    if !plan.targets.isEmpty { return .onlyThisProcess(holding: "the socket") }
    guard let first = found.first(where: { $0.presence != .nothing }) else {
      return EndingRefusal(.noHolder, "no process holds it: \(found.first?.summary ?? "")")
    }
    if first.server == nil || first.server?.holdersMissing?.takesPrivilege == true {
      var refusal = EndingRefusal(.unknownHolders, first.summary)
      refusal.takesPrivilege = true
      return refusal
    }
    return EndingRefusal(.unknownHolders, "no process was found that could be ended: \(first.summary)")
  }

  package func endAll(_ options: EndingOptions, isCancelled: () -> Bool = { false }) -> [EndingOutcome] {
    ProcessEnding.endAll(plan.targets, owners, options, isCancelled: isCancelled)
  }

  /// Observes the names until a restart would have happened, and then diagnoses them.
  package mutating func observe(
    for time: Duration, isCancelled: () -> Bool = { false }
  ) throws(PortControlError) -> [UnixDiagnosis] {
    let mayBeStartedAgain = plan.supervised != nil || !restarters.living(owners).isEmpty
    let end = ContinuousClock.now + (mayBeStartedAgain ? time : min(time, PortEnding.briefObservation))
    while ContinuousClock.now < end, !isCancelled() {
      usleep(50_000)
      let isServed = try Self.diagnose(requests, [], &diagnostician).contains(where: \.isServed)
      if isServed, !mayBeStartedAgain { break }
    }
    return try Self.diagnose(requests, [.owners], &diagnostician)
  }

  /// Ends the processes on a thread of its own, and then observes the names.
  ///
  /// If the task is cancelled, no further signal is sent, and the report tells the state of that moment.
  ///
  /// - Parameter options: How the processes are ended.
  /// - Throws: ``PortControlError`` with the ``refusal``, or because a process is supervised and
  ///   ``EndingOptions/endsSupervised`` is off: then nothing was signalled. The same if the names cannot be read
  ///   afterwards.
  public consuming func end(
    _ options: EndingOptions = EndingOptions()
  ) async throws(PortControlError) -> UnixEndingReport {
    if let refusal { throw PortControlError(refusal) }
    if !options.endsSupervised, let target = plan.supervised { throw PortControlError(.supervised(target)) }
    let viewpoint = viewpoint
    let box = HandedOver(self)
    return try await OwnThread.run { cancellation throws(PortControlError) in
      try viewpoint.prepare()
      var ending = try box.take()
      let outcomes = ending.endAll(options, isCancelled: { cancellation.isCancelled })
      let names = try ending.observe(for: options.settle, isCancelled: { cancellation.isCancelled })
      return UnixEndingReport(outcomes: zip(ending.targets, outcomes).map(TargetOutcome.init), names: names)
    }
  }

  private static func diagnose(
    _ requests: [UnixRequest], _ effort: Diagnostician.Effort, _ diagnostician: inout Diagnostician
  ) throws(PortControlError) -> [UnixDiagnosis] {
    var diagnoses: [UnixDiagnosis] = []
    do throws(SockDiagError) {
      for request in requests { diagnoses.append(try diagnostician.diagnose(request, effort)) }
    } catch {
      throw PortControlError(error)
    }
    return diagnoses
  }
}

/// The outcomes of the processes that held UNIX sockets, and the state of the names afterwards.
public struct UnixEndingReport: Hashable, Sendable {
  /// The processes and what became of each, in the order in which they were signalled.
  public let outcomes: [TargetOutcome]
  /// The diagnosis of each name afterwards. A server that is killed leaves its file: `UnixDiagnosis.isStale`.
  public let names: [UnixDiagnosis]
}
