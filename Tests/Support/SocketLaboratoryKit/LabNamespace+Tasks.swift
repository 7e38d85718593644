public import SocketLaboratory

extension LabNamespace {
  /// Runs `body` in a new namespace and returns its result. The calling task is suspended, so no thread waits.
  public static func withNew<Result: Sendable>(
    _ body: @escaping @Sendable (LabNamespace) throws -> Result
  ) async throws -> Result {
    await NamespaceGate.shared.enter()
    defer { NamespaceGate.shared.leave() }
    return try await OwnThread.run { try inside(body) }
  }
}

extension Laboratory {
  /// Runs `body` with a laboratory in a new namespace. The calling task is suspended.
  public static func withNew<Result: Sendable>(
    _ body: @escaping @Sendable (Laboratory) throws -> Result
  ) async throws -> Result {
    try await LabNamespace.withNew { try body(Laboratory(in: $0)) }
  }
}
