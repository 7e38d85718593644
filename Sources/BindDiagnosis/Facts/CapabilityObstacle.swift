/// Why no program that a process starts can be given the right to low ports.
public enum CapabilityObstacle: String, Hashable, Sendable, Codable {
  /// The network namespace belongs to another user namespace: no capability of this one counts in it.
  case foreignNetwork = "foreign-network"
  /// CAP_NET_BIND_SERVICE is outside of the bounding set: no program can have it, as in a container that was started with
  /// `--cap-drop`.
  case boundingSet = "bounding-set"
  /// no_new_privs is set: a program gains nothing by its file. Only what starts this process can hand the capability on.
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
  /// What keeps a program that this process starts from the right to low ports; `nil` if nothing is known to. Of several
  /// the one that leaves least to be done.
  public var capabilityObstacle: CapabilityObstacle? {
    if countInNetwork == false { return .foreignNetwork }
    if let boundingSet, boundingSet & 1 << 10 == 0 { return .boundingSet }
    return hasNoNewPrivileges == true ? .noNewPrivileges : nil
  }

  /// Whether root may change the settings of the network namespace where this process is: not in a container that lacks
  /// CAP_NET_ADMIN or that uses the network of its host.
  public var mayConfigureNetwork: Bool { countInNetwork != false && (boundingSet ?? .max) & 1 << 12 != 0 }
}
