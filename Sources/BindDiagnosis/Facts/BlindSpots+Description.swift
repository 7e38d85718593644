extension BlindSpots: CustomStringConvertible {
  private struct Words {
    var spot: BlindSpots
    var name: String
    var phrase: String
    /// Whether another user may see more.
    var isPrivileged = false
  }

  private static let words: [Words] = [
    Words(
      spot: .incompleteList, name: "incomplete-list",
      phrase: "whether the list of sockets lacks one on the port, because the list changed while it was read"),
    Words(
      spot: .boundSockets, name: "bound-sockets",
      phrase:
        "whether a socket is bound to the port without listening, which only sock_diag of Linux 6.8 and later reports",
      isPrivileged: true),
    Words(spot: .processes, name: "processes", phrase: "processes of other users", isPrivileged: true),
    Words(
      spot: .options, name: "options", phrase: "options of sockets that processes of other users hold",
      isPrivileged: true),
    Words(
      spot: .otherNamespaces, name: "other-namespaces",
      phrase: "listeners in other network namespaces, which never conflict", isPrivileged: true),
    Words(spot: .address, name: "address", phrase: "whether the address belongs to this host"),
    Words(spot: .settings, name: "settings", phrase: "kernel settings, because /proc/sys cannot be read"),
    Words(
      spot: .privilege, name: "privilege",
      phrase: "whether the port requires a privilege (net.ipv4.ip_unprivileged_port_start)"),
    Words(
      spot: .portRange, name: "port-range",
      phrase: "the ports from which the kernel chooses (net.ipv4.ip_local_port_range)"),
    Words(
      spot: .restraints, name: "restraints",
      phrase: "whether a security module, a seccomp filter or a BPF program refuses the bind()"),
    Words(
      spot: .latePrograms, name: "late-programs",
      phrase: "whether a BPF program of the cgroup that runs after the bind refuses it"),
    Words(
      spot: .cgroupPrograms, name: "cgroup-programs",
      phrase: "BPF programs of the cgroup that run after the bind, which are rare", isPrivileged: true),
  ]

  /// The names in documents.
  public var names: [String] { Self.words.filter { contains($0.spot) }.map(\.name) }

  /// Each blind spot as a part of a sentence: `whether the address belongs to this host`.
  var phrases: [String] { Self.words.filter { contains($0.spot) }.map(\.phrase) }

  /// A sentence for each blind spot, with what helps: `Not seen: processes of other users; root may see more.`
  ///
  /// - Parameter isRoot: Whether root asked. Root of a container sees as little as others.
  package func sentences(forRoot isRoot: Bool) -> [String] {
    let suggestion = isRoot ? "here not even root may look (CAP_SYS_PTRACE, on the host)" : "root may see more"
    return Self.words.filter { contains($0.spot) }.map {
      "Not seen: \($0.phrase)\($0.isPrivileged ? "; \(suggestion)" : "")."
    }
  }

  /// What was not seen: `not seen: processes of other users`, or `everything was seen`.
  public var description: String { isEmpty ? "everything was seen" : "not seen: \(phrases.joined(separator: "; "))" }
}
