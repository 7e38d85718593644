internal import ArgumentParser
internal import SockDiag

/// The option for another network namespace.
struct NamespaceOption: ParsableArguments {
  @Option(
    name: [.customShort("N"), .long],
    help: ArgumentHelp(
      "The network namespace: a name of 'ip netns', a path, or the id of a process in it.",
      valueName: "name|path|pid"), completion: Completions.namespace)
  var netns: String?

  /// Enters the namespace, if the option is given. Call it before anything is opened or looked up.
  ///
  /// The whole process is in the namespace then: the command has one thread at this time, and later threads start in the
  /// namespace of the thread that creates them.
  func enter() throws(CommandFailure) {
    guard let place = try place() else { return }
    do throws(SockDiagError) { try place.namespace().enter() } catch { throw place.failure(error) }
  }

  /// Enters the namespace, if the option is given and this user may. Otherwise returns it, if the tables of a process in it
  /// still show its sockets.
  func enterOrLookFromOutside() throws(CommandFailure) -> NetworkNamespace? {
    do throws(CommandFailure) {
      try enter()
      return nil
    } catch {
      guard error.status == .noPermission, let namespace = try? place()?.namespace(), !namespace.processes.isEmpty
      else {
        throw error
      }
      return namespace
    }
  }

  /// What the option names; `nil` without it.
  func place() throws(CommandFailure) -> NamespacePlace? {
    guard let netns else { return nil }
    if let place = NamespacePlace(netns) { return place }
    throw .usage("--netns: '\(netns)' is not a namespace; give a name of 'ip netns list', a path or a process id")
  }
}
