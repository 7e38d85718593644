internal import BindDiagnosis
internal import SockDiag
internal import SocketOwners

/// Names of network namespaces that work in the user's shell, where the printed commands run.
struct NamespaceNames {
  /// The namespace of that shell.
  private let readers: UInt64?
  /// The namespace that the user named, and its name.
  private let given: (namespace: UInt64?, name: String?)

  /// - Parameters:
  ///   - readers: The namespace in which this command was started.
  ///   - given: The argument of `--netns`. The calling thread has entered that namespace.
  init(readers: UInt64?, given: String?) {
    self.readers = readers
    self.given = (NetworkNamespaceID.ofCallingThread, given)
  }

  /// The argument of `--netns` for a namespace; `nil` for that of the user's shell.
  ///
  /// - Parameters:
  ///   - holders: Processes whose ids may name the namespace.
  ///   - caller: The process with the failed call. It usually ends soon, so it is used only if there is no other.
  func name(of namespace: UInt64, holders: [Int32], caller: Int32) -> String? {
    if namespace == readers { return nil }
    if namespace == given.namespace, let name = given.name { return name }
    if let path = MountedNamespaces.path(of: namespace) { return Self.word(path) }
    var finder = try? OwnerFinder()
    let anyone = (try? finder?.networkNamespaces())?.processes[namespace]
    let stays = (holders + [anyone].compactMap(\.self)).first {
      $0 != caller && NetworkNamespaceID.of(process: $0) == namespace
    }
    return "\(stays ?? caller)"
  }

  /// The name in `ip netns` for a path, if `--netns` takes the name for the same namespace.
  private static func word(_ path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return NamespaceOption.namespace(name)?.path == path ? name : path
  }
}

/// Network namespaces that are mounted at a path, as by `ip netns add`.
enum MountedNamespaces {
  /// A visible path of a namespace; the directory of `ip netns` comes first.
  static func path(of namespace: UInt64) -> String? {
    var text: [UInt8] = []
    guard
      KernelDirectories().contents(ProcPath("/proc/thread-self/mountinfo"), in: -1, limit: 1 << 24, into: &text) == 0
    else { return nil }
    let paths = paths(of: namespace, inMountInfo: text).filter {
      // Another file system may be mounted over it.
      NetworkNamespaceID.of(NetworkNamespacePath(path: $0)) == namespace
    }
    return paths.first { $0.hasPrefix("/run/netns/") } ?? paths.first
  }

  /// The paths in the text of `/proc/PID/mountinfo`.
  ///
  /// Kernel: `show_mountinfo`, fs/proc_namespace.c; `ns_get_name`, fs/nsfs.c.
  static func paths(of namespace: UInt64, inMountInfo text: [UInt8]) -> [String] {
    let root = Array("net:[\(namespace)]".utf8)
    return text.split(separator: UInt8(ascii: "\n")).compactMap { line in
      let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
      guard fields.count > 5, fields[3].elementsEqual(root) else { return nil }
      return unescaped(fields[4])
    }
  }

  /// Replaces the escapes of blanks, newlines and backslashes: three octal digits. Kernel: `mangle_path`, fs/seq_file.c.
  private static func unescaped(_ path: ArraySlice<UInt8>) -> String {
    var bytes: [UInt8] = []
    var rest = path
    while let byte = rest.popFirst() {
      let digits = rest.prefix(3)
      guard byte == UInt8(ascii: "\\"), digits.count == 3,
        let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
      else {
        bytes.append(byte)
        continue
      }
      bytes.append(value)
      rest.removeFirst(digits.count)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
