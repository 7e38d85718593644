internal import BindDiagnosis
internal import SockDiag
internal import SocketOwners

/// The unit, container or forwarder that runs a process: its name, and the command that stops it.
///
/// No other place writes these commands.
struct Supervisor: Hashable {
  /// The name for people.
  var name: String
  /// The command that ends the process for good, or frees its port.
  var stopCommand: String

  /// - Parameters:
  ///   - supervision: How the process is run.
  ///   - port: A port that the process holds.
  ///   - isUDP: Whether it is a port of UDP alone.
  /// - Returns: `nil` where no command should stop anything: for systemd itself and for a first process.
  init?(_ supervision: ProcessSupervision, port: UInt16, isUDP: Bool = false) {
    switch supervision {
    case .unit(let unit):
      self.init(name: unit.displayName, stopCommand: Self.stopCommand(unit.name, managerUID: unit.managerUID))
    case .container(let container): self.init(container)
    case .forwarder(let forwarder): self.init(forwarder, port: port, isUDP: isUDP)
    case .socketActivation, .firstProcess: return nil
    }
  }

  init(_ container: Container) {
    let id = container.shortID
    let (name, short) = (container.name, ShellWord.quoted(id))
    switch container.runtime {
    case .docker: self.init(name: name, stopCommand: "\(Self.docker(container.managerUID)) stop \(short)")
    case .podman: self.init(name: name, stopCommand: "\(Self.asUser(container.managerUID))podman stop \(short)")
    case .lxc: self.init(name: name, stopCommand: "lxc-stop -n \(short)")
    case .nspawn: self.init(name: name, stopCommand: "machinectl stop \(short)")
    // The kubelet starts it again, unless its pod is deleted.
    default: self.init(name: name, stopCommand: "crictl stop \(short)")
    }
  }

  init(_ forwarder: PortForwarder, port: UInt16, isUDP: Bool = false) {
    let user = Self.asUser(forwarder.uid)
    // To Docker a port without a protocol is one of TCP. Podman shows the protocol with each port.
    let transport = isUDP ? "/udp" : ""
    let shown = "grep -E \":\(port)(-[0-9]+)?->.*/\(isUDP ? "udp" : "tcp")\""
    switch forwarder.engine {
    case .docker:
      let docker = Self.docker(forwarder.uid)
      self.init(
        name: "Docker", stopCommand: "\(docker) stop $(\(docker) ps -q --filter publish=\(port)\(transport))")
    case .podman:
      let list = "\(user)podman ps --format \"{{.ID}} {{.Ports}}\""
      self.init(name: "Podman", stopCommand: "\(user)podman stop $(\(list) | \(shown) | cut -c-12)")
    case .nerdctl:
      let list = "\(user)nerdctl ps --format \"{{.ID}} {{.Ports}}\""
      self.init(name: "nerdctl", stopCommand: "\(user)nerdctl stop $(\(list) | \(shown) | cut -c-12)")
    case .lxd: self.init(name: "LXD", stopCommand: "lxc config device remove \(Self.words(forwarder.device))")
    case .incus: self.init(name: "Incus", stopCommand: "incus config device remove \(Self.words(forwarder.device))")
    default:
      self.init(name: "Kubernetes", stopCommand: "kubectl get services -A | grep -E \"[:,]\(port)/\"")
    }
  }

  init(name: String, stopCommand: String) {
    self.name = name
    self.stopCommand = stopCommand
  }

  // MARK: Commands

  /// The command that stops a unit.
  static func stopCommand(_ unit: String, managerUID: UInt32?) -> String {
    "\(systemctl(managerUID: managerUID)) stop \(ShellWord.quoted(unit))"
  }

  /// The `systemctl` command for a manager of units. The manager of another user has to be named.
  static func systemctl(managerUID: UInt32?) -> String {
    guard let managerUID else { return "systemctl" }
    return "systemctl --user" + (managerUID == CommandUser.effective ? "" : " --machine=\(managerUID)@.host")
  }

  /// Docker that runs without root has its own socket, which root may use too.
  private static func docker(_ uid: UInt32?) -> String {
    guard let uid, uid != 0 else { return "docker" }
    return "docker -H unix:///run/user/\(uid)/docker.sock"
  }

  /// Podman and nerdctl that run without root know only the containers of their own user.
  private static func asUser(_ uid: UInt32?) -> String {
    guard let uid, uid != 0, uid != CommandUser.effective else { return "" }
    return "sudo -iu \(ShellWord.quoted(UserName.text(uid))) "
  }

  private static func words(_ device: PortForwarder.Device?) -> String {
    guard let device else { return "CONTAINER DEVICE" }
    return "\(ShellWord.quoted(device.container)) \(ShellWord.quoted(device.name))"
  }
}
