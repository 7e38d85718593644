/// What a process may do, as far as it decides about binds.
public struct Privileges: Hashable, Sendable {
  /// The effective capabilities, a bit for each. Kernel: `cap_effective`, linux/cred.h; `CapEff`, fs/proc/array.c.
  public var effectiveCapabilities: UInt64
  /// Whether the capabilities count in the network namespace that the process is in; `nil` if that cannot be told.
  ///
  /// Root of a container that has a user namespace of its own and the network of the host is root for all but the
  /// network. Kernel: `ns_capable(net->user_ns, …)`, linux/capability.h.
  public var countInNetwork: Bool?

  /// Creates privileges.
  public init(effectiveCapabilities: UInt64, countInNetwork: Bool?) {
    self.effectiveCapabilities = effectiveCapabilities
    self.countInNetwork = countInNetwork
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

  /// Reads the capabilities from the text of `/proc/PID/status`; `nil` if they are not in it.
  ///
  /// A process chooses its name, which is in the text too, but the kernel writes a newline in it as an escape.
  static func effectiveCapabilities(inStatus text: some Sequence<UInt8>) -> UInt64? {
    let name = Array("CapEff:".utf8)
    for line in Array(text).split(separator: UInt8(ascii: "\n")) where line.starts(with: name) {
      let digits = line.dropFirst(name.count).split { $0 == 0x20 || $0 == 0x09 }
      guard digits.count == 1, let word = digits.first, word.allSatisfy({ $0 != UInt8(ascii: "+") }) else { return nil }
      return UInt64(String(decoding: word, as: UTF8.self), radix: 16)
    }
    return nil
  }
}
