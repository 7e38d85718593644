extension Misbelief: CustomStringConvertible {
  /// A sentence: the advice, and why it does not help.
  public var description: String {
    switch self {
    case .timeWaitReuse: "net.ipv4.tcp_tw_reuse: only connect() uses it, and bind() still fails."
    case .finTimeout: "net.ipv4.tcp_fin_timeout: it is for fin-wait-2. The 60 s of time-wait cannot be changed."
    case .reuseAddressOnOneSide:
      "SO_REUSEADDR in the new program alone: the other side needs it too, and did not set it."
    case .reuseAddressBesideListener: "SO_REUSEADDR: it never lets a socket share the port of a listener."
    case .reusePortOnOneSide:
      "SO_REUSEPORT in the new program alone: both sides must set it, and must belong to the same user."
    case .endingListener:
      "Ending only the listener: its connections keep the port, and so do those that are left in time-wait."
    case .destroyingListener:
      "'ss -K' or 'sockdiag destroy' on the listener: it stays bound to the port until its process closes it."
    case .lookingForListener: "'ss -ltnp' and 'netstat -ltnp': they show only listeners, and no listener blocks here."
    case .waitingAMinute: "Waiting a minute: only time-wait ends by itself, and nothing in time-wait blocks here."
    case .capabilityInForeignNetwork:
      "setcap and AmbientCapabilities=: this network belongs to another user namespace, where capabilities of this one do"
        + " not count."
    case .capabilityOutsideBoundingSet:
      "setcap and AmbientCapabilities=: CAP_NET_BIND_SERVICE is not in the bounding set here, so no program can get it."
    case .fileCapability:
      "setcap: under no_new_privs a program gains nothing from file capabilities. AmbientCapabilities= of a systemd unit"
        + " still works."
    case .largerBacklog: "net.core.somaxconn: the length of the backlog does not matter to bind()."
    }
  }
}
