/// The privileges of a process that matter for bind().
public struct Privileges: Hashable, Sendable {
  /// The effective capabilities, a bit for each. Kernel: `cap_effective`, linux/cred.h; `CapEff`, fs/proc/array.c.
  public var effectiveCapabilities: UInt64
  /// Whether the capabilities have an effect in the network namespace of the process; `nil` if this is not known.
  ///
  /// For example, root in a container with its own user namespace and the host's network is not root for the network.
  /// Kernel: `ns_capable(net->user_ns, …)`, linux/capability.h.
  public var countInNetwork: Bool?
  /// The capabilities that the process, or a program that it executes, can have at all, a bit for each; `nil` if that
  /// is not known. Kernel: `cap_bset`, linux/cred.h; `CapBnd`, fs/proc/array.c; capabilities(7).
  public var boundingSet: UInt64?
  /// Whether execve() grants no new privileges, so that setuid bits and file capabilities have no effect; `nil` if that
  /// is not known. Kernel: `PR_SET_NO_NEW_PRIVS`, since 3.5; `NoNewPrivs` in `/proc/PID/status`, since 4.10.
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

  /// Whether the process has CAP_NET_BIND_SERVICE, in any namespace. Kernel: linux/capability.h.
  public var hasNetBindService: Bool { effectiveCapabilities & Capability.netBindService != 0 }

  /// Whether the process has CAP_SYS_PTRACE, in any namespace. Kernel: linux/capability.h.
  public var hasSysPtrace: Bool { effectiveCapabilities & Capability.sysPtrace != 0 }

  /// Whether the process may bind ports below `net.ipv4.ip_unprivileged_port_start` in its network namespace; `nil` if
  /// it has the capability and it is not known whether it has an effect there.
  ///
  /// A user has every capability in a user namespace that he made, even from outside. This is not considered.
  public var mayBindPrivilegedPorts: Bool? { hasNetBindService ? countInNetwork : false }

  /// Parses the text of `/proc/PID/status`; `nil` if it does not contain the capabilities.
  ///
  /// The text contains the name of the process, which the process chooses, but the kernel escapes newlines in it.
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

/// Bits of capabilities. Kernel: linux/capability.h.
enum Capability {
  /// Permission to bind low ports: `CAP_NET_BIND_SERVICE`.
  static let netBindService: UInt64 = 1 << 10
  /// Permission to configure the network: `CAP_NET_ADMIN`.
  static let netAdmin: UInt64 = 1 << 12
  /// Permission to trace processes of other users: `CAP_SYS_PTRACE`.
  static let sysPtrace: UInt64 = 1 << 19
}
