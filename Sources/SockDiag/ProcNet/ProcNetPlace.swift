/// Where an inspector reads the tables of `/proc/net`.
package struct ProcNetPlace: Sendable {
  /// Where proc is mounted.
  private let root: String
  /// The namespace of the tables; `nil` for that of whatever thread reads.
  var namespace: NetworkNamespace?
  /// Whether the namespace may not be entered, so that the tables of its processes are read.
  private let isForbidden: Bool

  package init(root: String = "/proc", of namespace: NetworkNamespace? = nil, isForbidden: Bool = false) {
    self.root = root
    self.namespace = namespace
    self.isForbidden = isForbidden
  }

  /// Reads the tables, in the namespace or through one of its processes.
  ///
  /// - Parameter body: Gets the place of proc, and the process whose tables to read; `nil` for the thread's own.
  func read<Answer>(
    _ body: (_ root: String, _ process: Int32?) throws(SockDiagError) -> Answer
  ) throws(SockDiagError) -> Answer {
    guard let namespace else { return try body(root, nil) }
    guard isForbidden else {
      return try namespace.perform { () throws(SockDiagError) in try body(root, nil) }
    }
    let gone = SockDiagError(.namespaceGone, operation: "read the tables of the network namespace \(namespace)")
    guard let process = namespace.processes.first(where: namespace.isOf) else { throw gone }
    let answer = try body(root, process)
    // It may have ended, and another process may have its id.
    guard namespace.isOf(process: process) else { throw gone }
    return answer
  }
}
