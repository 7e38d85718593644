internal import SockDiag

extension Diagnosis {
  /// The answer in one word.
  public enum Verdict: Hashable, Sendable {
    /// bind() succeeds, and so does listen(). Everything that could refuse them was seen.
    case free
    /// The port is in use: EADDRINUSE.
    case conflict
    /// Unseen facts decide.
    case depends
    /// Another error.
    case error(BindErrno)

    init(_ error: BindErrno) { self = error == .addressInUse ? .conflict : .error(error) }
  }

  /// The answer in one word.
  public var verdict: Verdict {
    switch probe {
    case .failed(let error)?: return Verdict(error)
    // If only listen() takes the port, a bind() shows nothing.
    case .succeeded? where !request.choosesPortLater: return .free
    case .succeeded?, .impossible?, nil: break
    }
    switch prediction.decisive {
    case .fails(let error): return Verdict(error)
    case .depends: return .depends
    case .succeeds: return openQuestions.isEmpty ? .free : .depends
    }
  }

  /// Why a bind() is not allowed.
  #if hasAttribute(nonexhaustive)
    @nonexhaustive
  #endif
  public enum Denial: Hashable, Sendable {
    /// The port is below `net.ipv4.ip_unprivileged_port_start`, and the program has no CAP_NET_BIND_SERVICE.
    case missingCapability
    /// A security rule refuses it, see ``Diagnosis/refusedBy``.
    case restraint(BindErrno)
  }

  /// Why the bind() is not allowed; `nil` if it does not fail for lack of permission.
  public var denial: Denial? {
    guard case .error(let error) = verdict else { return nil }
    if lacksCapability, error == .accessDenied { return .missingCapability }
    let isDenial = error == .accessDenied || error == .notPermitted
    return isDenial || rehearsal?.certainRefusal == error ? .restraint(error) : nil
  }

  /// Whether the port needs a privilege that the program does not have.
  var lacksCapability: Bool {
    request.local.port != 0 && request.local.port < conditions.unprivilegedPortStart && !request.mayBindPrivilegedPorts
  }
}
