/// What stands behind a process: what would start it again after its end, or what more would end with it.
///
/// A session or a scope is neither: processes were put there and nothing starts them again.
public enum ProcessSupervision: Sendable, Hashable {
  /// A service of systemd, of the system's manager or of a user's.
  case unit(SystemdUnit)
  /// The process is systemd itself. It holds a listening socket for a `.socket` unit and starts the service on demand.
  ///
  /// The user is the one whose manager it is; `nil` for the manager of the system.
  case socketActivation(managerUID: UInt32?)
  /// The process runs in a container.
  case container(Container)
  /// The process holds a port of the host for a container.
  case forwarder(PortForwarder)
  /// The process is the first one of this pid namespace, and no systemd: all others end with it.
  case firstProcess
}

extension ProcessDetails {
  /// What supervises the process; `nil` if nothing does, as far as its name, arguments and cgroup tell.
  ///
  /// The most specific answer wins: a process that forwards a port for a container is in the unit of the container
  /// engine, but to stop that unit would stop every container.
  ///
  /// - Parameters:
  ///   - port: The port that the process holds, where one is meant. kube-proxy has ports of its own besides those that it
  ///     holds for services.
  ///   - surroundings: The cgroup of whoever asks. A unit or a container that runs the asker as well does not count:
  ///     from a shell inside of it, to stop it is no advice.
  public func supervision(holding port: UInt16? = nil, besides surroundings: CgroupPath? = nil) -> ProcessSupervision? {
    if let manager = socketManager { return manager }
    if process.pid == 1 { return .firstProcess }
    if let forwarding = forwarding(port, besides: surroundings) { return forwarding }
    if let container = cgroup?.container {
      return container == surroundings?.container ? nil : .container(container)
    }
    return supervisingUnit(besides: surroundings).map { .unit($0) }
  }

  /// Set if the process is systemd: the manager of the system, or `systemd --user`.
  ///
  /// Its helper `(sd-pam)` is in the same cgroup, but holds nothing.
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
    // Podman has no server: what forwards is in the unit that called it. A Quadlet, or another unit that runs one
    // container, would start the container again.
    let isPodman =
      switch role {
      case .forwarder(let forwarder): forwarder.engine == .podman
      default: true
      }
    if isPodman, let unit = supervisingUnit(besides: surroundings), !unit.isContainerEngine { return .unit(unit) }
    return role
  }

  /// Whether the process calls itself so, or runs a file of this name. Names of processes are cut off after 15 bytes.
  func isProgram(_ name: String) -> Bool {
    if command == Array(name.utf8.prefix(15)) { return true }
    guard var path = executable else { return false }
    // An update of the package replaced the file.
    let marker = Array(" (deleted)".utf8)
    if path.suffix(marker.count).elementsEqual(marker) { path.removeLast(marker.count) }
    return path.split(separator: UInt8(ascii: "/")).last?.elementsEqual(name.utf8) == true
  }
}

extension SystemdUnit {
  /// Whether systemd starts its processes again after their end, or may: a service, unlike a session, a scope or a slice.
  public var isSupervised: Bool { name.hasSuffix(".service") && !name.hasPrefix("user@") }

  /// Whether it runs any number of containers by Podman or CRI-O, so that to stop it is no way to stop one of them.
  fileprivate var isContainerEngine: Bool {
    ["podman", "crio", "kubelet"].contains { name.hasPrefix($0) }
  }
}
