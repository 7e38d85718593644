internal import CBindDiagnosis
internal import Glibc
public import SockDiag

extension BindRehearsal {
  /// Rehearses the bind() of a request, in the network namespace of the calling thread.
  ///
  /// A socket first gets a port that the kernel chooses, and is then bound again, to the address and port in question.
  /// The kernel refuses the second bind() with `EINVAL`, but runs all other checks first. For some microseconds one
  /// port chosen by the kernel is taken, on the loopback address. If that is refused too, for example by Landlock, a
  /// new socket is bound to the port in question with an address that no host has.
  ///
  /// It does not show the answers of cgroup programs that run after the bind (`BPF_CGROUP_INET4_POST_BIND`).
  ///
  /// - Parameters:
  ///   - request: The bind() to rehearse, with a port.
  ///   - settings: The settings of the network namespace.
  ///
  /// Kernel: `__sys_bind`, net/socket.c; `inet_bind_sk` and `__inet_bind`, net/ipv4/af_inet.c; `__inet6_bind`,
  /// net/ipv6/af_inet6.c.
  public static func of(_ request: BindRequest, under settings: KernelSettings) -> BindRehearsal {
    let question: cbinddiagnosis_request
    do throws(BindFactError) { question = try request.forKernel() } catch { return .impossible(error) }
    let mayBeForeign = settings.allowsNonlocalBindV4 ?? true
    let ownRight = (try? Privileges.ofCallingThread())?.hasNetBindService ?? false
    let isPrivileged = request.local.port < settings.unprivilegedPortStart ?? .max
    let answer =
      isPrivileged && ownRight && !request.mayBindPrivilegedPorts
      ? cbinddiagnosis_rehearse_unprivileged(question, mayBeForeign)
      : cbinddiagnosis_rehearse(question, mayBeForeign)
    guard answer.step == CBINDDIAGNOSIS_BIND else { return withoutBind(request.error(of: answer)) }
    if !answer.isRefusal { return .passed }
    if answer.error == EACCES, request.local.port < settings.unprivilegedPortStart ?? 1024 {
      // A security module may refuse it as well; the answer is the same with or without the privilege.
      if !request.mayBindPrivilegedPorts { return .lacksPrivilege }
      if !ownRight { return .passed }
    }
    // If the first unprivileged port is unknown, this process may have failed only for lack of CAP_NET_BIND_SERVICE.
    let mayLackRight =
      answer.error == EACCES && settings.unprivilegedPortStart == nil && request.mayBindPrivilegedPorts && !ownRight
    let isCertain = !mayLackRight && (answer.isExact || request.isWhollyJudgedByPort(answer))
    return .refused(BindErrno(rawValue: answer.error), isCertain: isCertain)
  }

  /// Rehearses a bind() to port 0, which takes no port with `IP_BIND_ADDRESS_NO_PORT`.
  static func ofChoice(_ request: BindRequest) -> BindRehearsal {
    // listen() chooses the port; that is a different call.
    guard request.callsBind else { return .passed }
    do throws(BindFactError) {
      // The kernel's own EINVAL is recognised by the address.
      guard case .other(let error) = try AddressStanding.ofAddress(in: request), error != EINVAL else { return .passed }
      return .refused(BindErrno(rawValue: error), isCertain: true)
    } catch {
      return withoutBind(error)
    }
  }

  /// The meaning of a bind() that could not be made: a program that may not make a socket of the family gets the same
  /// error, and never binds.
  private static func withoutBind(_ error: BindFactError) -> BindRehearsal {
    error.code == .socketRefused
      ? .refused(BindErrno(rawValue: error.errno), isCertain: true) : .impossible(error)
  }
}

extension cbinddiagnosis_rehearsal {
  fileprivate var isExact: Bool { is_exact }

  /// Whether a security rule refused the last bind(), rather than the kernel itself.
  fileprivate var isRefusal: Bool {
    // A filter may use any errno, but it uses the same one for every port. The kernel refuses a port of its own choice
    // only if there is none.
    if without_port != 0, without_port != EADDRINUSE, error == without_port { return true }
    return ![0, EINVAL, EADDRNOTAVAIL, EADDRINUSE].contains(error)
  }
}

extension BindRequest {
  /// Whether a refusal of a similar call with another address certainly applies to this call: Landlock checks only
  /// ports, and a seccomp filter cannot see addresses.
  fileprivate func isWhollyJudgedByPort(_ answer: cbinddiagnosis_rehearsal) -> Bool {
    if BindRestraints.callingThreadHasSeccompFilter, answer.error == answer.without_port { return true }
    return answer.error == EACCES && `protocol` == .tcp && !isMultipath && SecurityModule.inForce.contains(.landlock)
  }

  fileprivate func error(of answer: cbinddiagnosis_rehearsal) -> BindFactError {
    if answer.step == CBINDDIAGNOSIS_PORT {
      return BindFactError(.system, operation: "bind a port of the kernel's choice", errno: answer.error)
    }
    let outcome = cbinddiagnosis_outcome(step: answer.step, error: answer.error, option: 0)
    return error(of: outcome) ?? BindFactError(.system, operation: "rehearse bind()", errno: answer.error)
  }
}
