extension ProcessSupervision {
  /// The name of the supervisor in a sentence: `nginx.service`, `container 0123456789ab`, `Docker`.
  public var name: String {
    switch self {
    case .unit(let unit): unit.displayName
    case .socketActivation: "systemd"
    case .container(let container): container.name
    case .forwarder(let forwarder): "\(forwarder.engine)"
    case .firstProcess: "the first process"
    }
  }
}

extension Container {
  /// The container in a sentence, with the pod where a pod has it: `container 0123456789ab`.
  public var name: String {
    let pod: String? =
      switch runtime {
      case .docker, .podman, .lxc, .nspawn: nil
      default: podUID
      }
    return "container \(shortID)\(pod.map { " of pod \($0)" } ?? "")"
  }
}
