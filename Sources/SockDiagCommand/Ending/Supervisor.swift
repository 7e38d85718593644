internal import BindDiagnosis
internal import SockDiag
internal import SocketOwners

/// Who runs a process, and would perhaps start it again when it is ended.
struct Supervisor: Hashable {
  /// The name for people.
  var name: String
  /// The command that ends the process for good.
  var stopCommand: String

  /// Who runs a process; `nil` for one that nobody looks after.
  ///
  /// - Parameters:
  ///   - cgroup: Where this command itself is. What runs this command does not supervise its neighbours in a way that
  ///     matters here: of a shell that came through an sshd without session scopes, `systemctl stop ssh.service` would be
  ///     bad advice.
  ///   - port: A port that the process holds.
  init?(of process: ProcessDetails, besides cgroup: CgroupPath?, port: UInt16) {
    // It forwards a port for a container, but is in the unit of Docker itself.
    if process.command == Array("docker-proxy".utf8) {
      self.init(name: "Docker", stopCommand: "docker stop $(docker ps -q --filter publish=\(port))")
    } else if let container = process.cgroup?.container {
      guard container != cgroup?.container else { return nil }
      self.init(container)
    } else if let unit = process.cgroup?.unit, unit.isSupervised {
      // Scopes and slices start nothing: processes were put there, such as those of a login.
      guard unit != cgroup?.unit else { return nil }
      self.init(name: unit.displayName, stopCommand: Self.stopCommand(unit.name, managerUID: unit.managerUID))
    } else {
      return nil
    }
  }

  init(_ container: Container) {
    let id = container.id.utf8.count == 64 ? String(container.id.prefix(12)) : container.id
    let (name, short) = ("container \(id)", ShellWord.quoted(id))
    switch container.runtime {
    case .docker: self.init(name: name, stopCommand: "docker stop \(short)")
    case .podman: self.init(name: name, stopCommand: "podman stop \(short)")
    case .lxc: self.init(name: name, stopCommand: "lxc-stop -n \(short)")
    case .nspawn: self.init(name: name, stopCommand: "machinectl stop \(short)")
    // The kubelet starts it again all the same, unless what wants it is deleted.
    default:
      let pod = container.podUID.map { " of pod \($0)" } ?? ""
      self.init(name: name + pod, stopCommand: "crictl stop \(short)")
    }
  }

  init(name: String, stopCommand: String) {
    self.name = name
    self.stopCommand = stopCommand
  }

  /// The command that stops a unit.
  static func stopCommand(_ unit: String, managerUID: UInt32?) -> String {
    let word = ShellWord.quoted(unit)
    guard let managerUID else { return "systemctl stop \(word)" }
    // The user's manager is asked as that user; root and others have to say whose they mean.
    let whose = managerUID == CommandUser.effective ? "" : "--machine=\(managerUID)@.host "
    return "systemctl --user \(whose)stop \(word)"
  }
}
