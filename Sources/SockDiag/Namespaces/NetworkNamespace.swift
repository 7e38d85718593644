internal import CSockDiag
internal import Glibc

/// A network namespace of this host: what identifies it, its names, and ways into it.
///
/// A value holds no descriptor, so it keeps no namespace alive, and two values are equal if they identify the same
/// namespace. The kernel may give the number of a namespace that ended to a new one. A ``SocketInspector`` in a namespace
/// keeps it alive, so the number is not given again while the inspector exists.
///
/// ```swift
/// var inspector = try SocketInspector(in: .named("blue"))
/// for socket in try inspector.dump(SocketQuery(.tcp, states: .listen)).sockets { print(socket) }
/// ```
///
/// Whatever has to be done inside a namespace happens on a thread of this library, which ends then. The calling thread
/// never changes its namespace. To enter a namespace takes CAP_SYS_ADMIN there and here; CAP_SYS_PTRACE too if the only
/// way leads through a process of another user.
///
/// Kernel: `setns(2)`, network_namespaces(7).
public struct NetworkNamespace: Sendable, Identifiable, Codable {
  /// What identifies a namespace among those that exist at one moment.
  public struct ID: Hashable, Sendable, Codable {
    /// The device of ``inode``: nsfs, or proc.
    public var device: UInt64
    /// The number of the namespace's file, as in `net:[4026531840]`. Kernel: `ns_common.inum`, linux/ns_common.h.
    ///
    /// This user may not see that file of another user's process. Then it is the inode of `/proc/PID/net/dev`, a number
    /// that is also different in each namespace (`proc_register`, fs/proc/generic.c), and ``device`` is that of proc.
    public var inode: UInt64

    /// Creates an id.
    public init(device: UInt64, inode: UInt64) {
      self.device = device
      self.inode = inode
    }
  }

  /// What identifies the namespace.
  public let id: ID
  /// Its names in `ip netns`.
  public internal(set) var names: [String] = []
  /// Files that lead to it: where it is mounted, descriptors that hold it, threads in it.
  public internal(set) var paths: [String] = []
  /// Some of the processes in it, the lowest ids first: at most ``maximumProcesses``.
  public internal(set) var processes: [Int32] = []

  /// How many processes a value keeps. One is enough as a way in; further ones help if it ends.
  public static var maximumProcesses: Int { 8 }

  /// Whether this user may not see its file, so that only its processes identify it. Then it cannot be entered.
  public let isHidden: Bool

  init(id: ID, isHidden: Bool = false) {
    self.id = id
    self.isHidden = isHidden
  }

  /// The shortest text that names it: a name of `ip netns`, else a path or a process. `sockdiag --netns` takes it.
  public var label: String {
    // A number would be a process, and a text with a slash a path.
    let name = names.first { $0.contains { !$0.isASCII || !$0.isNumber } }
    let mounted = paths.first { !$0.hasPrefix("/proc/") }
    return name ?? mounted ?? processes.first.map { "\($0)" } ?? paths.first ?? "net:[\(id.inode)]"
  }
}

extension NetworkNamespace: Hashable {
  /// Whether two values identify the same namespace, whatever is known about each.
  public static func == (left: NetworkNamespace, right: NetworkNamespace) -> Bool { left.id == right.id }

  /// Hashes what identifies the namespace.
  public func hash(into hasher: inout Hasher) { hasher.combine(id) }
}

extension NetworkNamespace: CustomStringConvertible {
  /// The label and the number.
  public var description: String {
    let number = isHidden ? "hidden" : "net:[\(id.inode)]"
    let isProcess = !label.isEmpty && label.utf8.allSatisfy { (0x30...0x39).contains($0) }
    return label == number ? number : isProcess ? "\(number) of process \(label)" : "\(label) (\(number))"
  }
}

extension NetworkNamespace {
  /// The namespace of the calling thread.
  ///
  /// - Throws: ``SockDiagError`` if proc is not mounted.
  public static func current() throws(SockDiagError) -> NetworkNamespace {
    let path = "/proc/thread-self/ns/net"
    var namespace: NetworkNamespace
    switch FileIdentity.read(path) {
    case .success(let id): namespace = NetworkNamespace(id: id)
    case .failure(let fault): throw .onWay(toNamespace: fault.errno, operation: "look at the namespace '\(path)'")
    }
    // Another thread that uses the value may be somewhere else.
    namespace.paths = ProcLink.target(of: "/proc/thread-self").map { ["/proc/\($0)/ns/net"] } ?? []
    if namespace.isOf(process: getpid()) { namespace.processes = [getpid()] }
    return namespace
  }

  /// The namespace that `ip netns add` made with a name.
  ///
  /// - Throws: As ``at(path:)`` does.
  public static func named(_ name: String) throws(SockDiagError) -> NetworkNamespace {
    for folder in NamespaceFolders.all {
      do throws(SockDiagError) {
        var namespace = try at(path: "\(folder)/\(name)")
        namespace.names = [name]
        return namespace
      } catch {
        if error.errno != ENOENT || folder == NamespaceFolders.all.last { throw error }
      }
    }
    throw .onWay(toNamespace: ENOENT, operation: "open the namespace '\(name)'")
  }

  /// The namespace of a process: that of its first thread.
  ///
  /// The file that identifies the namespace needs the permission to inspect the process (`PTRACE_MODE_READ_FSCREDS`).
  /// Without it the value is ``isHidden``: an inspector in it reads the tables below `/proc/PID/net`, for which no
  /// permission is needed.
  ///
  /// - Throws: As ``at(path:)`` does.
  public static func of(process pid: Int32) throws(SockDiagError) -> NetworkNamespace {
    do throws(SockDiagError) {
      var namespace = try at(path: "/proc/\(pid)/ns/net")
      namespace.paths = []
      namespace.processes = [pid]
      return namespace
    } catch {
      guard error.code == .namespaceForbidden, let id = ID(ofTablesOf: pid) else { throw error }
      var namespace = try hasTables(id) ? current() : NetworkNamespace(id: id, isHidden: true)
      namespace.processes = [pid]
      return namespace
    }
  }

  /// The namespace of a file: one that is mounted, or below `/proc/PID/ns` or `/proc/PID/fd`.
  ///
  /// - Throws: ``SockDiagError``: the errno is `ENOENT` if there is no such file, and `EINVAL` if it is not a network
  ///   namespace; the code is ``SockDiagError/Code/namespaceForbidden`` if this user may not see it.
  public static func at(path: String) throws(SockDiagError) -> NetworkNamespace {
    let file = try NamespaceFile(path)
    var namespace = NetworkNamespace(id: file.id)
    namespace.paths = [path]
    if let name = NamespaceFolders.name(in: path) { namespace.names = [name] }
    return namespace
  }

  /// Whether a process is in the namespace now, as far as this user may see it.
  func isOf(process pid: Int32) -> Bool {
    (isHidden ? ID(ofTablesOf: pid) : ID(ofFile: "/proc/\(pid)/ns/net")) == id
  }

  /// Whether the tables of the calling thread's `/proc/net` have an id.
  static func hasTables(_ id: ID) -> Bool { ID(ofFile: "/proc/thread-self/net/dev") == id }
}

extension NetworkNamespace.ID {
  /// What identifies a file; `nil` if it cannot be seen.
  init?(ofFile path: String) {
    guard case .success(let id) = FileIdentity.read(path) else { return nil }
    self = id
  }

  /// What identifies the tables of a process's namespace.
  init?(ofTablesOf pid: Int32) { self.init(ofFile: "/proc/\(pid)/net/dev") }
}

/// Reads what identifies a file, without opening it.
enum FileIdentity {
  struct Fault: Error {
    let errno: Int32
    var isRefusal: Bool { errno == EACCES || errno == EPERM }
  }

  static func read(_ path: String) -> Result<NetworkNamespace.ID, Fault> {
    var status = stat()
    // SAFETY: the call copies the path and fills the structure.
    guard unsafe stat(path, &status) == 0 else { return .failure(Fault(errno: errno)) }
    return .success(NetworkNamespace.ID(device: UInt64(status.st_dev), inode: UInt64(status.st_ino)))
  }
}

/// The folders in which `ip netns` keeps its names.
enum NamespaceFolders {
  /// `/run/netns`, and `/var/run/netns` if that is another folder. iproute2 uses the latter.
  static var all: [String] {
    let folders = ["/run/netns", "/var/run/netns"]
    let ids = folders.map { NetworkNamespace.ID(ofFile: $0) }
    return ids[1] == nil || ids[0] == ids[1] ? [folders[0]] : ids[0] == nil ? [folders[1]] : folders
  }

  /// The name that a path has in such a folder.
  static func name(in path: String) -> String? {
    for folder in ["/run/netns/", "/var/run/netns/"] where path.hasPrefix(folder) {
      let name = path.dropFirst(folder.count)
      return name.isEmpty || name.contains("/") ? nil : String(name)
    }
    return nil
  }
}
