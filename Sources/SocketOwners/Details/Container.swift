/// A container that the names on a cgroup path reveal.
public struct Container: Sendable, Hashable, Codable {
  /// A container runtime. Later versions may add runtimes.
  public struct Runtime: RawRepresentable, Sendable, Hashable, Codable {
    /// The name of the runtime.
    public let rawValue: String

    /// Creates a runtime from its name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Docker.
    public static let docker = Runtime(rawValue: "docker")
    /// Podman: `libpod`.
    public static let podman = Runtime(rawValue: "podman")
    /// containerd, for Kubernetes: `cri-containerd`.
    public static let containerd = Runtime(rawValue: "containerd")
    /// CRI-O.
    public static let crio = Runtime(rawValue: "cri-o")
    /// LXC, Incus and LXD.
    public static let lxc = Runtime(rawValue: "lxc")
    /// systemd-nspawn.
    public static let nspawn = Runtime(rawValue: "systemd-nspawn")
    /// Kubernetes, with a runtime that the path does not name.
    public static let kubernetes = Runtime(rawValue: "kubernetes")
  }

  /// The runtime of the container.
  public var runtime: Runtime
  /// The id, 64 hexadecimal digits. For LXC and nspawn it is the name.
  public var id: String
  /// The Kubernetes pod of the container.
  public var podUID: String?
  /// The user who runs the container without root, in units of that user's manager; `nil` for a container of the
  /// system.
  public var managerUID: UInt32?

  /// Creates a container.
  public init(runtime: Runtime, id: String, podUID: String? = nil, managerUID: UInt32? = nil) {
    self.runtime = runtime
    self.id = id
    self.podUID = podUID
    self.managerUID = managerUID
  }
}

extension Container: CustomStringConvertible {
  /// The runtime and the id, shortened to 12 digits as runtimes show it: "docker container 0123456789ab".
  public var description: String { "\(runtime.rawValue) container \(shortID)" }

  /// The id as commands show it: a name in full, 12 of 64 hexadecimal digits.
  package var shortID: String { id.utf8.count == 64 ? String(id.prefix(12)) : id }
}

extension CgroupPath {
  /// The innermost container of a process at this path; `nil` if no name on the path is a container's. A container
  /// whose cgroup has another name is not recognized.
  public var container: Container? {
    let names = components.map { String(decoding: $0, as: UTF8.self) }
    var found: Container?
    var pod: String?
    for (index, name) in names.enumerated() {
      if let uid = Self.podUID(name) { pod = uid }
      let parent = index > 0 ? names[index - 1] : ""
      guard let (runtime, id) = Self.scope(name) ?? Self.plain(name, in: parent, isInPod: pod != nil) else { continue }
      found = Container(runtime: runtime, id: id, podUID: pod)
    }
    found?.managerUID = unit?.managerUID
    return found
  }

  /// Reads a name that names its runtime: `docker-ID.scope`, `lxc.payload.NAME`, `…:cri-containerd:ID`.
  private static func scope(_ name: String) -> (Container.Runtime, String)? {
    let body = name.hasSuffix(".scope") ? String(name.dropLast(6)) : name
    let prefixes: [(String, Container.Runtime)] = [
      ("docker-", .docker), ("libpod-", .podman), ("cri-containerd-", .containerd), ("crio-", .crio),
    ]
    for (prefix, runtime) in prefixes where body.hasPrefix(prefix) {
      // `libpod-conmon-ID` and `crio-conmon-ID` are monitors, which run outside of the container.
      let id = String(body.dropFirst(prefix.count))
      if isID(id) { return (runtime, id) }
    }
    // containerd without systemd below a slice of systemd separates slice, runtime and id by colons.
    let parts = name.split(separator: ":")
    if parts.count == 3, isID(String(parts[2])) {
      switch parts[1] {
      case "cri-containerd": return (.containerd, String(parts[2]))
      case "docker": return (.docker, String(parts[2]))
      case "crio": return (.crio, String(parts[2]))
      default: break
      }
    }
    for prefix in ["lxc.payload.", "lxc.payload:"] where name.hasPrefix(prefix) && name.count > prefix.count {
      return (.lxc, String(name.dropFirst(prefix.count)))
    }
    if name.hasPrefix("systemd-nspawn@"), name.hasSuffix(".service") {
      let id = name.dropFirst(15).dropLast(8)
      if !id.isEmpty { return (.nspawn, String(id)) }
    }
    return nil
  }

  /// Reads a name that is a container's only below a certain directory.
  private static func plain(_ name: String, in parent: String, isInPod: Bool) -> (Container.Runtime, String)? {
    switch parent {
    case "docker" where isID(name): (.docker, name)
    case "libpod_parent" where isID(name): (.podman, name)
    case "lxc", "lxc.payload": (.lxc, name)
    case _ where isInPod && isID(name): (.kubernetes, name)
    default: nil
    }
  }

  /// Reads the id of a pod. If systemd makes the cgroups, the name is `kubepods-burstable-podUID.slice`, with
  /// underscores for minus signs. Otherwise it is `podUID`, below `kubepods`.
  private static func podUID(_ name: String) -> String? {
    let first = name.prefix { $0 != ":" }
    let digits: Substring
    if first.hasPrefix("kubepods"), first.hasSuffix(".slice") {
      guard let marker = first.range(of: "-pod") else { return nil }
      digits = first[marker.upperBound...].dropLast(6)
    } else {
      guard first.hasPrefix("pod") else { return nil }
      digits = first.dropFirst(3)
    }
    let uid = digits.map { $0 == "_" ? "-" : $0 }
    guard uid.count >= 32, uid.allSatisfy({ $0.isHexDigit || $0 == "-" }) else { return nil }
    return String(uid)
  }

  private static func isID(_ text: String) -> Bool {
    text.utf8.count == 64 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}

extension Substring {
  /// The first place of a text in this one.
  fileprivate func range(of text: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}
