internal import BindDiagnosis
internal import SockDiag

/// Names of UNIX sockets that are all to be free, or all to be served.
///
/// The kernel announces neither new sockets nor their end, so it looks again and again.
struct UnixGoal: WaitGoal, ~Copyable {
  private let requests: [UnixRequest]
  private let isForFree: Bool
  private var diagnostician: Diagnostician
  private var pause = ListeningPortGoal.firstPause
  /// The diagnosis of each name at the last look.
  private(set) var diagnoses: [UnixDiagnosis] = []

  init(
    _ requests: [UnixRequest], isForFree: Bool, from viewpoint: PortViewpoint = .here
  ) throws(PortControlError) {
    (self.requests, self.isForFree) = (requests, isForFree)
    diagnostician = try PortControlError.reading { () throws(SockDiagError) in try viewpoint.diagnostician() }
  }

  var descriptors: [Int32] { [] }

  mutating func drainEvents() -> Bool { true }

  mutating func look() throws(PortControlError) -> LookResult {
    diagnoses = []
    for request in requests { diagnoses.append(try diagnose(request, [])) }
    guard let missing else { return .isReached }
    if isForFree, case .error(let error) = missing.verdict, !Self.passes(error) {
      throw PortControlError(permanent: error, missing)
    }
    defer { pause = min(pause * 3 / 2, ListeningPortGoal.lastPause) }
    return .notYet(WaitStatus(lookAfter: pause, expected: nil, obstacle: .unix(missing)))
  }

  /// Diagnoses a name once more, with its processes.
  mutating func fullDiagnosis(of diagnosis: UnixDiagnosis) throws(PortControlError) -> UnixDiagnosis {
    try diagnose(diagnosis.request, [.owners, .origins])
  }

  private mutating func diagnose(
    _ request: UnixRequest, _ effort: Diagnostician.Effort
  ) throws(PortControlError) -> UnixDiagnosis {
    do throws(SockDiagError) { return try diagnostician.diagnose(request, effort) } catch {
      throw PortControlError(error)
    }
  }

  /// The first name that is not free, or not served.
  var missing: UnixDiagnosis? {
    let isForFree = isForFree
    return diagnoses.first { isForFree ? $0.verdict != .free : !$0.isServed }
  }

  /// A directory may be made later.
  private static func passes(_ error: BindErrno) -> Bool { [.noSuchFile, .notAFolder].contains(error) }
}
