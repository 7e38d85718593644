internal import BindDiagnosis

/// The exit status of `why`, which a script asks instead of reading.
enum WhyStatus: Int32 {
  case free = 0
  case conflict = 1
  case depends = 2
  case error = 3

  /// The worst of several.
  init(_ diagnoses: [Diagnosis]) {
    self.init(diagnoses.verdict)
  }

  /// The status of a UNIX socket.
  init(_ diagnosis: UnixDiagnosis) { self.init(diagnosis.verdict) }

  init(_ verdict: Diagnosis.Verdict) {
    self =
      switch verdict {
      case .free: .free
      case .conflict: .conflict
      case .depends: .depends
      case .error: .error
      }
  }
}

extension WhyStatus {
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
