extension PortForwarder.Engine: CustomStringConvertible {
  /// The name in a sentence: `Docker`, `Kubernetes`.
  public var description: String {
    switch self {
    case .docker: "Docker"
    case .podman: "Podman"
    case .lxd: "LXD"
    case .incus: "Incus"
    case .kubernetes: "Kubernetes"
    default: rawValue
    }
  }
}
