internal import SockDiag

/// An inspector of a network namespace, which is opened at its first use and kept from look to look.
final class PlaceInspector {
  /// `nil` for the namespace of this command, if it is the only one.
  let namespace: NamespaceTag?
  private var inspector: SocketInspector?

  init(_ namespace: NamespaceTag?) { self.namespace = namespace }

  func use<Result>(
    _ body: (inout SocketInspector) throws(SockDiagError) -> Result
  ) throws(SockDiagError) -> Result {
    var inspector = try lend()
    let result: Swift.Result<Result, SockDiagError>
    do throws(SockDiagError) { result = .success(try body(&inspector)) } catch { result = .failure(error) }
    // Given back also after an error.
    self.inspector = consume inspector
    return try result.get()
  }

  private func lend() throws(SockDiagError) -> SocketInspector {
    if let kept = inspector.take() { return kept }
    guard let namespace else { return try SocketInspector() }
    return try SocketInspector(in: namespace.namespace)
  }
}

extension GroupName {
  /// The namespace of a place as a group.
  init(of namespace: NamespaceTag?) {
    if let namespace {
      self = .namespace(namespace.namespace, isOwn: namespace.isOwn)
    } else if let own = try? NetworkNamespace.current() {
      self = .namespace(own, isOwn: true)
    } else {
      self = .none("this namespace")
    }
  }
}
