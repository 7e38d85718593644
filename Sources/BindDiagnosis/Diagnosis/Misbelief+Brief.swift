extension Misbelief {
  /// The advice in a word or two: `SO_REUSEADDR`, `waiting`.
  package var brief: String {
    switch self {
    case .timeWaitReuse: "tcp_tw_reuse"
    case .finTimeout: "tcp_fin_timeout"
    case .reuseAddressOnOneSide, .reuseAddressBesideListener: "SO_REUSEADDR"
    case .reusePortOnOneSide: "SO_REUSEPORT"
    case .endingListener: "ending only the listener"
    case .destroyingListener: "ss -K"
    case .lookingForListener: "ss -ltn"
    case .waitingAMinute: "waiting"
    case .largerBacklog: "somaxconn"
    case .capabilityInForeignNetwork, .capabilityOutsideBoundingSet: "setcap, AmbientCapabilities="
    case .fileCapability: "setcap"
    }
  }
}
