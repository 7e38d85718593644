internal import BindDiagnosis
internal import SockDiag

/// Looks for ports that can be bound, by the diagnosis of `why`.
struct FreePortSearch: ~Copyable {
  /// Ports in the order in which they are tried, and the bind() calls of a program that uses one of them.
  struct Candidates {
    var ports: [ClosedRange<UInt16>]
    /// The calls for any port: their port is replaced.
    var calls: [BindRequest]
    /// Ports that are left out.
    var excluded = PortSet()

    var portSet: PortSet { PortSet(ports).intersection(excluded.complement) }

    /// The ports one by one.
    var numbers: some Sequence<UInt16> {
      let excluded = excluded
      return ports.lazy.joined().filter { !excluded.contains($0) }
    }
  }

  /// The answers for the ports that were looked at.
  struct Outcome {
    var free: [UInt16] = []
    var inUse = 0
    var failing = 0
    /// Ports whose answer depends on facts that are unknown.
    var undecided: [UInt16] = []
    /// The first bind() that fails with another error than EADDRINUSE.
    var failure: Diagnosis?
    /// The first port that is in use, with its diagnoses.
    var conflict: [Diagnosis] = []

    var examined: Int { free.count + inUse + failing + undecided.count }

    /// The status if too few ports are free. Only if none is in use is another error the reason.
    var status: WhyStatus {
      if !undecided.isEmpty { return .depends }
      return inUse == 0 && failing > 0 ? .error : .conflict
    }

    mutating func add(_ port: UInt16, _ diagnoses: [Diagnosis]) {
      switch WhyStatus(diagnoses) {
      case .free: free.append(port)
      case .depends: undecided.append(port)
      case .conflict:
        inUse += 1
        if conflict.isEmpty { conflict = diagnoses }
      case .error:
        failing += 1
        failure = failure ?? diagnoses.first { if case .error = $0.verdict { true } else { false } }
      }
    }

    mutating func add(_ other: Outcome) {
      free += other.free
      undecided += other.undecided
      inUse += other.inUse
      failing += other.failing
      failure = failure ?? other.failure
      if conflict.isEmpty { conflict = other.conflict }
    }
  }

  private var diagnostician: Diagnostician
  private let probes: Bool

  /// - Parameter probes: Whether a real bind() has to confirm each port.
  init(probes: Bool) throws(SockDiagError) {
    diagnostician = try Diagnostician()
    self.probes = probes
  }

  /// Looks for free ports, until there are enough.
  ///
  /// The first pass asks sock_diag alone, in which unknown options count as bad ones, so that "free" needs no further look.
  /// Only if it finds too few, the options of other sockets are read from their processes.
  mutating func find(_ count: Int, among candidates: Candidates) throws(SockDiagError) -> Outcome {
    var outcome = try look(count, candidates, [])
    guard outcome.free.count < count, !outcome.undecided.isEmpty else { return outcome }
    var undecided = candidates
    undecided.ports = outcome.undecided.map { $0...$0 }
    outcome.undecided = []
    outcome.add(try look(count - outcome.free.count, undecided, [.owners, .heldOptions]))
    // The second pass finds ports that stand before those of the first.
    outcome.free.sort { left, right in candidates.rank(left) < candidates.rank(right) }
    return outcome
  }

  private mutating func look(
    _ count: Int, _ candidates: Candidates, _ effort: Diagnostician.Effort
  ) throws(SockDiagError) -> Outcome {
    let calls = candidates.calls
    let requests = candidates.numbers.lazy.flatMap { port in
      calls.lazy.map { call in
        var request = call
        request.local.port = port
        return request
      }
    }
    var outcome = Outcome()
    var diagnoses: [Diagnosis] = []
    try diagnostician.diagnose(
      each: requests, onPorts: candidates.portSet, probes ? effort.union(.probe) : effort
    ) { diagnosis in
      diagnoses.append(diagnosis)
      guard diagnoses.count == calls.count else { return true }
      outcome.add(diagnosis.request.local.port, diagnoses)
      diagnoses = []
      return outcome.free.count < count
    }
    return outcome
  }
}

extension FreePortSearch.Candidates {
  /// The place of a port in the order.
  fileprivate func rank(_ port: UInt16) -> Int {
    var before = 0
    for range in ports {
      if range.contains(port) { return before + Int(port - range.lowerBound) }
      before += range.count
    }
    return before
  }
}
