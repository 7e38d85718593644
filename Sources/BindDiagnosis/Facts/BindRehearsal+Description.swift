extension BindRehearsal: CustomStringConvertible {
  /// What security modules, filters and programs of the cgroup say to the bind(), as a clause without a full stop.
  public var description: String {
    switch self {
    case .passed: "no security rule refuses the bind()"
    case .lacksPrivilege: "the port requires a privilege that the program lacks"
    case .refused(let error, isCertain: true): "a security rule refuses the bind() with \(error)"
    case .refused(let error, isCertain: false): "a security rule refuses a similar bind() with \(error)"
    case .impossible(let error): "the bind() could not be rehearsed: \(error)"
    }
  }
}
