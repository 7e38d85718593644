extension Diagnosis.Verdict: CustomStringConvertible {
  /// The answer in a word or two: `free`, `in use`, `unknown`, or the kernel's name of the error.
  public var description: String {
    switch self {
    case .free: "free"
    case .conflict: "in use"
    case .depends: "unknown"
    case .error(let error): "\(error)"
    }
  }
}

extension Diagnosis.Denial: CustomStringConvertible {
  /// Why the bind() is not allowed, as a clause without a full stop.
  public var description: String {
    switch self {
    case .missingCapability: "the port requires CAP_NET_BIND_SERVICE"
    case .restraint(let error): "a security rule refuses the bind() with \(error)"
    }
  }
}

extension Diagnosis.Probe: CustomStringConvertible {
  /// What the real bind() answered, as a clause without a full stop.
  public var description: String {
    switch self {
    case .succeeded: "a real bind() succeeded"
    case .failed(let error): "a real bind() failed with \(error)"
    case .impossible(let error): "a real bind() was not possible: \(error)"
    }
  }
}
