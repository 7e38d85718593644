/// A process that holds a port of the host and forwards its traffic to a container. To free the port, stop the
/// container or remove the port from its settings.
public struct PortForwarder: Sendable, Hashable, Codable {
  /// The container engine. Later versions may add engines.
  public struct Engine: RawRepresentable, Sendable, Hashable, Codable {
    /// The name of the engine.
    public var rawValue: String

    /// Creates an engine from its name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Docker: `docker-proxy`, and RootlessKit if dockerd runs without root.
    public static let docker = Engine(rawValue: "docker")
    /// Podman without root: `rootlessport`, `pasta` or `slirp4netns`.
    public static let podman = Engine(rawValue: "podman")
    /// containerd without root, driven by nerdctl: RootlessKit.
    public static let nerdctl = Engine(rawValue: "nerdctl")
    /// LXD: `lxd forkproxy`.
    public static let lxd = Engine(rawValue: "lxd")
    /// Incus: `incusd forkproxy`.
    public static let incus = Engine(rawValue: "incus")
    /// Kubernetes: kube-proxy, which reserves the node ports of services.
    public static let kubernetes = Engine(rawValue: "kubernetes")
  }

  /// The engine of the container.
  public var engine: Engine
  /// The container and its proxy device, if the arguments of the process name them. Only LXD and Incus have them.
  public var device: Device?
  /// The user who runs the engine; `nil` for root.
  public var uid: UInt32?

  /// A device of type `proxy` in a container of LXD or Incus.
  public struct Device: Sendable, Hashable, Codable {
    /// The name of the container.
    public var container: String
    /// The name of the device.
    public var name: String

    /// Creates a device.
    public init(container: String, name: String) {
      self.container = container
      self.name = name
    }
  }

  /// Creates a forwarder.
  public init(_ engine: Engine, device: Device? = nil, uid: UInt32? = nil) {
    self.engine = engine
    self.device = device
    self.uid = uid
  }
}

extension PortForwarder: CustomStringConvertible {
  /// The engine, and the container if it is known: "port forwarder of incus for container web".
  public var description: String {
    "port forwarder of \(engine.rawValue)" + (device.map { " for container \($0.container)" } ?? "")
  }
}

extension PortForwarder {
  /// The role of a process that forwards a port, or that monitors a container; `nil` for any other process.
  static func role(of process: ProcessDetails, _ port: UInt16?) -> ProcessSupervision? {
    let words = process.arguments?.map { String(decoding: $0, as: UTF8.self) } ?? []
    let uid = process.uid == 0 ? nil : process.uid
    func has(_ text: String) -> Bool { words.contains { $0.contains(text) } }
    if process.isProgram("docker-proxy") { return .forwarder(PortForwarder(.docker, uid: uid)) }
    // It starts itself again. The second process is called `exe`, and its first argument names its task.
    if process.isProgram("rootlessport") || words.first?.hasPrefix("containers-rootlessport") == true {
      return .forwarder(PortForwarder(.podman, uid: uid))
    }
    // Podman gives both programs the path of a namespace. Other callers give them a process.
    let isPasta = process.isProgram("pasta") || process.isProgram("pasta.avx2")
    if isPasta, words.contains("--netns") || has("--netns=") { return .forwarder(PortForwarder(.podman, uid: uid)) }
    if process.isProgram("slirp4netns"), has("--netns-type=path") {
      return .forwarder(PortForwarder(.podman, uid: uid))
    }
    if process.isProgram("rootlesskit") {
      if has("dockerd") { return .forwarder(PortForwarder(.docker, uid: uid)) }
      return has("containerd") ? .forwarder(PortForwarder(.nerdctl, uid: uid)) : nil
    }
    if process.isProgram("conmon") { return monitored(by: process, words, uid).map { .container($0) } }
    if process.isProgram("kube-proxy") {
      // kube-proxy's own ports, for metrics and health checks.
      return port == 10249 || port == 10256 ? nil : .forwarder(PortForwarder(.kubernetes))
    }
    guard process.isProgram("forkproxy") || words.dropFirst().first == "forkproxy" else { return nil }
    let isIncus = process.isProgram("incusd") || words.first?.contains("incus") == true
    return .forwarder(PortForwarder(isIncus ? .incus : .lxd, device: device(in: words)))
  }

  /// The container of a monitor. Podman as root gives it the sockets that keep the container's ports.
  private static func monitored(by process: ProcessDetails, _ words: [String], _ uid: UInt32?) -> Container? {
    guard let flag = words.firstIndex(where: { $0 == "-c" || $0 == "--cid" }), flag + 1 < words.count else {
      return nil
    }
    let isCRIO =
      String(decoding: process.executable ?? [], as: UTF8.self).contains("crio")
      || words.contains { $0.contains("/crio") }
    return Container(runtime: isCRIO ? .crio : .podman, id: words[flag + 1], managerUID: uid)
  }

  /// The device, from the path of its log, `…/CONTAINER/proxy.DEVICE.log`, an argument of older versions.
  private static func device(in words: [String]) -> Device? {
    for word in words where word.hasSuffix(".log") {
      let parts = word.split(separator: "/")
      guard parts.count >= 2, let file = parts.last, file.hasPrefix("proxy.") else { continue }
      return Device(container: String(parts[parts.count - 2]), name: String(file.dropFirst(6).dropLast(4)))
    }
    return nil
  }
}
