/// What a process may do, as far as it decides about binds.
public struct Privileges: Hashable, Sendable {
  /// The effective capabilities, a bit for each. Kernel: `cap_effective`, linux/cred.h; `CapEff`, fs/proc/array.c.
  public var effectiveCapabilities: UInt64
  /// Whether the capabilities count in the network namespace that the process is in; `nil` if that cannot be told.
  ///
  /// Root of a container that has a user namespace of its own and the network of the host is root for all but the
  /// network. Kernel: `ns_capable(net->user_ns, …)`, linux/capability.h.
  public var countInNetwork: Bool?
  /// The capabilities that the process, or a program that it becomes, may have at all, a bit for each; `nil` if that is
  /// not known. Kernel: `cap_bset`, linux/cred.h; `CapBnd`, fs/proc/array.c; capabilities(7).
  public var boundingSet: UInt64?
  /// Whether execve() gives no program more than the process has, so that neither a set-user-ID bit nor capabilities of a
  /// file count; `nil` if that is not known. Kernel: `PR_SET_NO_NEW_PRIVS`, since 3.5; `NoNewPrivs` in
  /// `/proc/PID/status`, since 4.10.
  public var hasNoNewPrivileges: Bool?

  /// Creates privileges.
  public init(
    effectiveCapabilities: UInt64, countInNetwork: Bool?, boundingSet: UInt64? = nil, hasNoNewPrivileges: Bool? = nil
  ) {
    self.effectiveCapabilities = effectiveCapabilities
    self.countInNetwork = countInNetwork
    self.boundingSet = boundingSet
    self.hasNoNewPrivileges = hasNoNewPrivileges
  }

  /// Whether the process has CAP_NET_BIND_SERVICE, wherever it counts. Kernel: linux/capability.h.
  public var hasNetBindService: Bool { effectiveCapabilities & 1 << 10 != 0 }

  /// Whether the process has CAP_SYS_PTRACE, wherever it counts. Kernel: linux/capability.h.
  public var hasSysPtrace: Bool { effectiveCapabilities & 1 << 19 != 0 }

  /// Whether the process may bind ports below `net.ipv4.ip_unprivileged_port_start` in its network namespace; `nil` if it
  /// has the capability and it cannot be told whether that counts there.
  ///
  /// A user has every capability in a user namespace that he made, also from outside and without any of his own. That is
  /// not looked at.
  public var mayBindPrivilegedPorts: Bool? { hasNetBindService ? countInNetwork : false }

  /// Reads what the text of `/proc/PID/status` says; `nil` if the capabilities are not in it.
  ///
  /// A process chooses its name, which is in the text too, but the kernel writes a newline in it as an escape.
  init?(status text: some Sequence<UInt8>, countInNetwork: Bool?) {
    let lines = Array(text).split(separator: UInt8(ascii: "\n"))
    guard let effective = Self.number("CapEff:", in: lines) else { return nil }
    let noNewPrivileges = Self.number("NoNewPrivs:", in: lines)
    self.init(
      effectiveCapabilities: effective, countInNetwork: countInNetwork, boundingSet: Self.number("CapBnd:", in: lines),
      hasNoNewPrivileges: noNewPrivileges.map { $0 == 1 })
  }

  /// The hexadecimal number on the line that begins with a name.
  private static func number(_ name: String, in lines: [ArraySlice<UInt8>]) -> UInt64? {
    guard let line = lines.first(where: { $0.starts(with: name.utf8) }) else { return nil }
    let digits = line.dropFirst(name.utf8.count).split { $0 == 0x20 || $0 == 0x09 }
    guard digits.count == 1, let word = digits.first, word.allSatisfy({ $0 != UInt8(ascii: "+") }) else { return nil }
    return UInt64(String(decoding: word, as: UTF8.self), radix: 16)
  }
}
