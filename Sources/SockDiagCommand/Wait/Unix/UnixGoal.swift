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

  init(_ requests: [UnixRequest], isForFree: Bool) throws(SockDiagError) {
    (self.requests, self.isForFree) = (requests, isForFree)
    diagnostician = try Diagnostician()
  }

  var descriptors: [Int32] { [] }

  mutating func drainEvents() -> Bool { true }

  /// - Throws: ``PermanentUnixFailure`` for an error of bind() that does not pass; `SockDiagError`.
  mutating func look() throws -> LookResult {
    diagnoses = []
    for request in requests { diagnoses.append(try diagnostician.diagnose(request, [])) }
    guard let missing else { return .isReached }
    if isForFree, case .error(let error) = missing.verdict, !Self.passes(error) {
      throw PermanentUnixFailure(errno: error, diagnosis: missing)
    }
    defer { pause = min(pause * 3 / 2, ListeningPortGoal.lastPause) }
    return .notYet(WaitStatus(lookAfter: pause, expected: nil, obstacle: .unix(missing)))
  }

  /// Diagnoses a name once more, with its processes.
  mutating func fullDiagnosis(of diagnosis: UnixDiagnosis) throws(SockDiagError) -> UnixDiagnosis {
    try diagnostician.diagnose(diagnosis.request, [.owners, .origins])
  }

  /// The first name that is not free, or not served.
  var missing: UnixDiagnosis? {
    let isForFree = isForFree
    return diagnoses.first { isForFree ? $0.verdict != .free : !$0.isServed }
  }

  /// A directory may be made later.
  private static func passes(_ error: BindErrno) -> Bool { [.noSuchFile, .notAFolder].contains(error) }
}

/// An error of bind() to the name of a UNIX socket that does not pass, such as a missing right.
struct PermanentUnixFailure: Error {
  var errno: BindErrno
  var diagnosis: UnixDiagnosis
}
