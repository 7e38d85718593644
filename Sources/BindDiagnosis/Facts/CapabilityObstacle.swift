/// Why no program started by a process can get the right to bind low ports.
#if hasAttribute(nonexhaustive)
  @nonexhaustive
#endif
public enum CapabilityObstacle: String, Hashable, Sendable, Codable {
  /// The network namespace belongs to another user namespace, so the capabilities of this one have no effect in it.
  case foreignNetwork = "foreign-network"
  /// CAP_NET_BIND_SERVICE is not in the bounding set: no program can have it, as in a container started with
  /// `--cap-drop`.
  case boundingSet = "bounding-set"
  /// no_new_privs is set: file capabilities have no effect. Only the parent of this process can pass the capability on.
  case noNewPrivileges = "no-new-privileges"
}

extension CapabilityObstacle: CustomStringConvertible {
  /// Why no program can get the capability, as a clause without a full stop.
  public var description: String {
    switch self {
    case .foreignNetwork: "the network belongs to another user namespace, where capabilities of this one do not count"
    case .boundingSet: "CAP_NET_BIND_SERVICE is not in the bounding set, so no program can get it"
    case .noNewPrivileges: "under no_new_privs a program gains nothing from file capabilities"
    }
  }
}

extension Privileges {
  /// The obstacle for a program that this process starts; `nil` if none is known. Of several, the most restrictive one.
  public var capabilityObstacle: CapabilityObstacle? {
    if countInNetwork == false { return .foreignNetwork }
    if let boundingSet, boundingSet & Capability.netBindService == 0 { return .boundingSet }
    return hasNoNewPrivileges == true ? .noNewPrivileges : nil
  }

  /// Whether root may change the settings of this network namespace: not in a container that lacks CAP_NET_ADMIN or
  /// uses the host's network.
  public var mayConfigureNetwork: Bool { countInNetwork != false && (boundingSet ?? .max) & Capability.netAdmin != 0 }
}
