/// A process that holds a port of the host for a container and forwards what arrives. To free the port is to stop the
/// container, or to take its port away.
public struct PortForwarder: Sendable, Hashable {
  /// What manages the containers.
  public struct Engine: RawRepresentable, Sendable, Hashable, Codable {
    /// The engine's own name.
    public var rawValue: String

    /// Creates an engine from its name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Docker: `docker-proxy`, and RootlessKit where dockerd runs without root.
    public static let docker = Engine(rawValue: "docker")
    /// Podman without root: `rootlessport`, `pasta` or `slirp4netns`.
    public static let podman = Engine(rawValue: "podman")
    /// containerd without root, driven by nerdctl: RootlessKit.
    public static let nerdctl = Engine(rawValue: "nerdctl")
    /// LXD: `lxd forkproxy`.
    public static let lxd = Engine(rawValue: "lxd")
    /// Incus: `incusd forkproxy`.
    public static let incus = Engine(rawValue: "incus")
    /// Kubernetes: kube-proxy, which keeps the node port of a service from other programs.
    public static let kubernetes = Engine(rawValue: "kubernetes")
  }

  /// What manages the container.
  public var engine: Engine
  /// The container, and the device in it that has the port, where the arguments name them: of LXD and Incus.
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

extension PortForwarder {
  /// What a process is to the port that it holds, if it is a forwarder or the monitor of a container.
  static func role(of process: ProcessDetails, _ port: UInt16?) -> ProcessSupervision? {
    let words = process.arguments?.map { String(decoding: $0, as: UTF8.self) } ?? []
    let uid = process.uid == 0 ? nil : process.uid
    func has(_ text: String) -> Bool { words.contains { $0.contains(text) } }
    if process.isProgram("docker-proxy") { return .forwarder(PortForwarder(.docker, uid: uid)) }
    // It runs itself once more, and is then called `exe` and tells its errand by its first argument.
    if process.isProgram("rootlessport") || words.first?.hasPrefix("containers-rootlessport") == true {
      return .forwarder(PortForwarder(.podman, uid: uid))
    }
    // Where somebody else uses the two, they are given a process instead of a path.
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
      // Its own: metrics and the check of its health.
      return port == 10249 || port == 10256 ? nil : .forwarder(PortForwarder(.kubernetes))
    }
    guard process.isProgram("forkproxy") || words.dropFirst().first == "forkproxy" else { return nil }
    let isIncus = process.isProgram("incusd") || words.first?.contains("incus") == true
    return .forwarder(PortForwarder(isIncus ? .incus : .lxd, device: device(in: words)))
  }

  /// The container of a monitor. Podman as root hands it the sockets that keep the container's ports.
  private static func monitored(by process: ProcessDetails, _ words: [String], _ uid: UInt32?) -> Container? {
    guard let flag = words.firstIndex(where: { $0 == "-c" || $0 == "--cid" }), flag + 1 < words.count else {
      return nil
    }
    let isCRIO =
      String(decoding: process.executable ?? [], as: UTF8.self).contains("crio")
      || words.contains { $0.contains("/crio") }
    return Container(runtime: isCRIO ? .crio : .podman, id: words[flag + 1], managerUID: uid)
  }

  /// The device, by the path of its log, `…/CONTAINER/proxy.DEVICE.log`, which older versions are told.
  private static func device(in words: [String]) -> Device? {
    for word in words where word.hasSuffix(".log") {
      let parts = word.split(separator: "/")
      guard parts.count >= 2, let file = parts.last, file.hasPrefix("proxy.") else { continue }
      return Device(container: String(parts[parts.count - 2]), name: String(file.dropFirst(6).dropLast(4)))
    }
    return nil
  }
}
