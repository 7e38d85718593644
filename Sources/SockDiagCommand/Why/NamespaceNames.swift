internal import SockDiag

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
    self.given = ((try? NetworkNamespace.current())?.id.inode, given)
  }

  /// The argument of `--netns` for a namespace; `nil` for that of the user's shell.
  ///
  /// - Parameters:
  ///   - holders: Processes whose ids may name the namespace.
  ///   - caller: The process with the failed call. It usually ends soon, so it is used only if there is no other.
  func name(of namespace: UInt64, holders: [Int32], caller: Int32) -> String? {
    if namespace == readers { return nil }
    if namespace == given.namespace, let name = given.name { return name }
    let found = (try? NetworkNamespace.all(in: [.names, .mounts, .processes]))?.namespaces.first {
      $0.id.inode == namespace && !$0.isHidden
    }
    // Another mount namespace has other paths.
    if let name = found?.names.first(where: { NamespacePlace($0) == .name($0) }) { return name }
    if let path = found?.paths.first(where: { !$0.hasPrefix("/proc/") }) { return path }
    let stays = (holders + (found?.processes ?? [])).first {
      $0 != caller && (try? NetworkNamespace.of(process: $0))?.id.inode == namespace
    }
    return "\(stays ?? caller)"
  }
}
