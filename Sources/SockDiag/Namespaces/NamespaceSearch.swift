internal import Glibc

extension NetworkNamespace {
  /// Where to look for namespaces.
  public struct Places: OptionSet, Hashable, Sendable, Codable {
    /// The bits. They are ours.
    public let rawValue: UInt8

    /// Creates a set from its bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The names of `ip netns`: `/run/netns`, and `/var/run/netns` if that is another folder. One look for each.
    public static let names = Places(rawValue: 1 << 0)
    /// The namespaces of processes: one look for each process.
    public static let processes = Places(rawValue: 1 << 1)
    /// Those of threads that differ from their process: one look for each thread of a process that has several.
    public static let threads = Places(rawValue: 1 << 2)
    /// Mounted ones, in each mount namespace that a process has.
    public static let mounts = Places(rawValue: 1 << 3)
    /// Those that only a descriptor holds: one look for each descriptor of each process.
    public static let descriptors = Places(rawValue: 1 << 4)

    /// All of them.
    public static let all: Places = [.names, .processes, .threads, .mounts, .descriptors]
  }

  /// Finds the namespaces of the host.
  ///
  /// Namespaces that only a socket holds, and those behind processes that proc does not show, cannot be found. It changes
  /// nothing and enters none. It takes 5 to 10 µs for each process, and about 3 µs for each descriptor.
  ///
  /// - Parameter places: Where to look.
  /// - Returns: The namespace of the calling thread first, then those with names. It also says what may be missing.
  /// - Throws: ``SockDiagError`` if proc is not mounted.
  public static func all(in places: Places = .all) throws(SockDiagError) -> NetworkNamespaceList {
    var search = NamespaceSearch(from: try current())
    if places.contains(.names) { search.addNames() }
    search.addProcesses(places)
    return search.list()
  }
}

/// The network namespaces of a host.
public struct NetworkNamespaceList: Hashable, Sendable, Codable {
  /// The namespaces that were found: that of the calling thread first, then those with names.
  public var namespaces: [NetworkNamespace] = []
  /// The number of processes whose descriptors this user may not see. Namespaces that only these hold may be missing.
  public var unseenProcesses = 0
  /// Files and folders that could not be read, such as `/run/netns`.
  public var unreadPaths: [String] = []
  /// Names of `ip netns` that lead to no namespace, as after a failed `ip netns add`.
  public var emptyNames: [String] = []

  /// Creates a list of which nothing is missing.
  public init(_ namespaces: [NetworkNamespace] = []) { self.namespaces = namespaces }

  /// Whether nothing is known to be missing.
  public var isComplete: Bool { unseenProcesses == 0 && unreadPaths.isEmpty }
}

/// One search for the network namespaces of the host.
struct NamespaceSearch {
  private let own: NetworkNamespace
  private var found: [NetworkNamespace.ID: NetworkNamespace] = [:]
  /// Processes whose file of nsfs this user may not see, by the id of their tables.
  private var hidden: [NetworkNamespace.ID: [Int32]] = [:]
  private var mountNamespaces: Set<NetworkNamespace.ID> = []
  private var result = NetworkNamespaceList()

  init(from own: NetworkNamespace) {
    self.own = own
    found[own.id] = own
  }

  mutating func addNames() {
    for folder in NamespaceFolders.all {
      let names = ProcFolder(folder)
      // Without the folder, no name was ever given.
      if names.fault != 0, names.fault != ENOENT { result.unreadPaths.append(folder) }
      for name in names.entries.sorted() {
        let path = "\(folder)/\(name)"
        do throws(SockDiagError) {
          let id = try NamespaceFile(path).id
          update(id) { namespace in
            if !namespace.names.contains(name) { namespace.names.append(name) }
            namespace.paths.append(path)
          }
        } catch {
          switch error.errno {
          case ENOENT: break
          case EINVAL: result.emptyNames.append(name)
          default: result.unreadPaths.append(path)
          }
        }
      }
    }
  }

  mutating func addProcesses(_ places: NetworkNamespace.Places) {
    if places.contains(.mounts) { addMounts(of: nil) }
    guard !places.isDisjoint(with: [.processes, .threads, .mounts, .descriptors]) else { return }
    let processes = ProcFolder("/proc")
    if processes.fault != 0 { result.unreadPaths.append("/proc") }
    for pid in processes.numbers.sorted() {
      if places.contains(.processes) { add(process: pid) }
      if places.contains(.threads) { addThreads(of: pid) }
      if places.contains(.mounts) { addMounts(of: pid) }
      if places.contains(.descriptors) { addDescriptors(of: pid) }
    }
    joinHidden()
  }

  func list() -> NetworkNamespaceList {
    var list = result
    list.emptyNames.sort()
    list.namespaces = found.values.sorted { precedes($0, $1) }
    return list
  }

  private func precedes(_ left: NetworkNamespace, _ right: NetworkNamespace) -> Bool {
    func rank(_ namespace: NetworkNamespace) -> Int { namespace == own ? 0 : namespace.names.isEmpty ? 2 : 1 }
    if rank(left) != rank(right) { return rank(left) < rank(right) }
    if let name = left.names.first, let other = right.names.first, name != other { return name < other }
    return left.id.inode < right.id.inode
  }

  private mutating func update(_ id: NetworkNamespace.ID, _ change: (inout NetworkNamespace) -> Void) {
    change(&found[id, default: NetworkNamespace(id: id)])
  }

  private mutating func add(process pid: Int32) {
    switch FileIdentity.read("/proc/\(pid)/ns/net") {
    case .success(let id): update(id) { $0.add(process: pid) }
    // A process that ended is in no namespace. A refusal may hide one.
    case .failure(let fault) where fault.isRefusal:
      if let tables = NetworkNamespace.ID(ofTablesOf: pid) { hidden[tables, default: []].append(pid) }
    case .failure: break
    }
  }

  private mutating func addThreads(of pid: Int32) {
    var status = stat()
    let folder = "/proc/\(pid)/task"
    // The folder has a link for each thread. SAFETY: the call copies the path and fills the structure.
    guard unsafe stat(folder, &status) == 0, status.st_nlink > 3 else { return }
    for thread in ProcFolder(folder).numbers where thread != pid {
      let path = "\(folder)/\(thread)/ns/net"
      guard let id = NetworkNamespace.ID(ofFile: path), found[id]?.processes.isEmpty != false else { continue }
      // One thread is a way in; its siblings add nothing.
      if found[id]?.paths.contains(where: { $0.hasPrefix(folder) }) == true { continue }
      update(id) { $0.paths.append(path) }
    }
  }

  private mutating func addDescriptors(of pid: Int32) {
    let folder = "/proc/\(pid)/fd"
    let descriptors = ProcFolder(folder, linksTo: "net:[")
    if [EACCES, EPERM].contains(descriptors.fault) { result.unseenProcesses += 1 }
    for descriptor in descriptors.numbers {
      let path = "\(folder)/\(descriptor)"
      // The number may lead to another file by now.
      guard let id = NetworkNamespace.ID(ofFile: path), id.device == own.id.device else { continue }
      // A descriptor may be closed at any time, so it is a way in only if there is no other.
      if let known = found[id], !known.paths.isEmpty || !known.processes.isEmpty { continue }
      update(id) { $0.paths.append(path) }
    }
  }

  /// Adds what is mounted, as the calling thread or another process sees it. Each mount namespace is read once.
  private mutating func addMounts(of pid: Int32?) {
    let process = pid.map { "/proc/\($0)" } ?? "/proc/thread-self"
    guard let mounts = NetworkNamespace.ID(ofFile: process + "/ns/mnt"), mountNamespaces.insert(mounts).inserted else {
      return
    }
    guard let text = ProcText.read(process + "/mountinfo", longest: 1 << 24) else {
      result.unreadPaths.append(process + "/mountinfo")
      return
    }
    for (inode, mountPoint) in NamespaceMounts.all(inMountInfo: text) {
      let path = (pid == nil ? "" : process + "/root") + mountPoint
      // Another file system may be mounted over it.
      guard let id = NetworkNamespace.ID(ofFile: path), id.inode == inode else { continue }
      update(id) { namespace in
        if !namespace.paths.contains(path), pid == nil || namespace.paths.isEmpty { namespace.paths.append(path) }
      }
    }
  }

  /// Joins processes whose namespace could not be seen with the other processes in it, as far as one of these is visible.
  private mutating func joinHidden() {
    guard !hidden.isEmpty else { return }
    var visible: [NetworkNamespace.ID: NetworkNamespace.ID] = [:]
    for (id, namespace) in found {
      let process = namespace.processes.first { namespace.isOf(process: $0) }
      if let process, let tables = NetworkNamespace.ID(ofTablesOf: process) { visible[tables] = id }
    }
    if let tables = NetworkNamespace.ID(ofFile: "/proc/thread-self/net/dev") { visible[tables] = own.id }
    for (tables, processes) in hidden {
      var namespace = visible[tables].flatMap { found[$0] } ?? NetworkNamespace(id: tables, isHidden: true)
      for process in processes { namespace.add(process: process) }
      found[namespace.id] = namespace
    }
  }
}

extension NetworkNamespace {
  fileprivate mutating func add(process pid: Int32) {
    if processes.contains(pid) { return }
    processes.append(pid)
    processes.sort()
    if processes.count > Self.maximumProcesses { processes.removeLast() }
  }
}
