internal import BindDiagnosis

/// The exit status of `why`, which a script asks instead of reading.
enum WhyStatus: Int32 {
  case free = 0
  case conflict = 1
  case depends = 2
  case error = 3

  /// The worst of several.
  init(_ diagnoses: [Diagnosis]) {
    let verdicts = diagnoses.map(\.verdict)
    if verdicts.contains(.conflict) {
      self = .conflict
    } else if verdicts.contains(where: { if case .error = $0 { true } else { false } }) {
      self = .error
    } else {
      self = verdicts.contains(.depends) ? .depends : .free
    }
  }
}

extension WhyStatus {
  /// The status of a UNIX socket.
  init(_ diagnosis: UnixDiagnosis) {
    self =
      switch diagnosis.verdict {
      case .free: .free
      case .conflict: .conflict
      case .depends: .depends
      case .error: .error
      }
  }

  /// The name of the answer in JSON.
  var name: String {
    switch self {
    case .free: "free"
    case .conflict: "conflict"
    case .depends: "depends"
    case .error: "error"
    }
  }
}
