/// The supervisor of a process: a service or container that may start it again, or that ends together with it.
///
/// Sessions and scopes are no supervisors, because nothing starts their processes again.
#if hasAttribute(nonexhaustive)
  @nonexhaustive
#endif
public enum ProcessSupervision: Sendable, Hashable, Codable {
  /// A service of systemd, run by the system's manager or by a user's.
  case unit(SystemdUnit)
  /// The process is systemd itself. It holds a listening socket for a `.socket` unit and starts the service on demand.
  ///
  /// The user is the owner of the manager; `nil` for the manager of the system.
  case socketActivation(managerUID: UInt32?)
  /// The process runs in a container.
  case container(Container)
  /// The process holds a port of the host for a container.
  case forwarder(PortForwarder)
  /// The process is the first one of this pid namespace, and it is not systemd. All other processes end with it.
  case firstProcess
}

extension ProcessSupervision: CustomStringConvertible {
  /// The supervisor in a few words: "service web.service", "docker container 0123456789ab".
  public var description: String {
    switch self {
    case .unit(let unit): "service \(unit)"
    case .socketActivation(nil): "socket activation by systemd"
    case .socketActivation(let uid?): "socket activation by systemd of user \(uid)"
    case .container(let container): "\(container)"
    case .forwarder(let forwarder): "\(forwarder)"
    case .firstProcess: "the first process of its pid namespace"
    }
  }
}

extension ProcessDetails {
  /// The supervisor of the process; `nil` if its name, arguments and cgroup show none.
  ///
  /// The most specific supervisor counts. For example, a process that forwards a port for a container also belongs to
  /// the unit of the container engine, but stopping that unit would stop every container.
  ///
  /// - Parameters:
  ///   - port: The port that the process holds, if the question is about a port. kube-proxy has ports of its own
  ///     besides those of services.
  ///   - surroundings: The cgroup of the calling process. A unit or a container that also runs the caller does not
  ///     count, because stopping it would end the caller too.
  public func supervision(holding port: UInt16? = nil, besides surroundings: CgroupPath? = nil) -> ProcessSupervision? {
    if let manager = socketManager { return manager }
    if process.pid == 1 { return .firstProcess }
    if let forwarding = forwarding(port, besides: surroundings) { return forwarding }
    if let container = cgroup?.container {
      return container == surroundings?.container ? nil : .container(container)
    }
    return supervisingUnit(besides: surroundings).map { .unit($0) }
  }

  /// The role of a systemd manager: that of the system, or `systemd --user`; `nil` for any other process.
  ///
  /// The helper `(sd-pam)` in the same cgroup is no manager. It holds no sockets.
  private var socketManager: ProcessSupervision? {
    guard isProgram("systemd") else { return nil }
    let unit = cgroup?.unit
    if process.pid == 1 { return .socketActivation(managerUID: nil) }
    let isUsers = arguments?.dropFirst().contains(Array("--user".utf8)) == true
    guard isUsers || unit?.name == "init.scope" else { return nil }
    return .socketActivation(managerUID: unit?.managerUID ?? (isUsers ? uid : nil))
  }

  private func supervisingUnit(besides surroundings: CgroupPath?) -> SystemdUnit? {
    guard let unit = cgroup?.unit, unit.isSupervised, unit != surroundings?.unit else { return nil }
    return unit
  }

  private func forwarding(_ port: UInt16?, besides surroundings: CgroupPath?) -> ProcessSupervision? {
    guard let role = PortForwarder.role(of: self, port) else { return nil }
    // Podman has no server, so the forwarder belongs to the unit that called podman. If the unit runs one container, as
    // a Quadlet does, it would start the container again.
    let isPodman =
      switch role {
      case .forwarder(let forwarder): forwarder.engine == .podman
      default: true
      }
    if isPodman, let unit = supervisingUnit(besides: surroundings), !unit.isContainerEngine { return .unit(unit) }
    return role
  }

  /// Whether the process has this name or runs a file of this name. The kernel cuts the names of processes after 15
  /// bytes.
  func isProgram(_ name: String) -> Bool {
    if command == Array(name.utf8.prefix(15)) { return true }
    guard var path = executable else { return false }
    // The kernel adds this if an update replaced the file.
    let marker = Array(" (deleted)".utf8)
    if path.suffix(marker.count).elementsEqual(marker) { path.removeLast(marker.count) }
    return path.split(separator: UInt8(ascii: "/")).last?.elementsEqual(name.utf8) == true
  }
}

extension SystemdUnit {
  /// Whether systemd may start the processes of the unit again. It does so for services, but not for sessions, scopes
  /// and slices.
  public var isSupervised: Bool { name.hasSuffix(".service") && !name.hasPrefix("user@") }

  /// Whether the unit runs many containers by Podman or CRI-O. Stopping it would stop all of them.
  fileprivate var isContainerEngine: Bool {
    ["podman", "crio", "kubelet"].contains { name.hasPrefix($0) }
  }
}
