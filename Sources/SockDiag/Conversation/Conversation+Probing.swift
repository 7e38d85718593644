package import SockDiagWire

extension Conversation where Transport: ~Copyable {
  /// Finds out whether the kernel would answer a request. Ask for no records at all, so that the answer is short.
  ///
  /// The observer does not see it: in a recording, the refusal would belong to no query.
  ///
  /// - Returns: The kernel's refusal, or `nil` if it would answer.
  package mutating func probe(_ request: some NetlinkRequest) throws(SockDiagError) -> SockDiagError? {
    let observer = observer
    self.observer = nil
    defer { self.observer = observer }
    do throws(SockDiagError) {
      _ = try dump(request) { _, _ in .continue }
      return nil
    } catch {
      return error
    }
  }
}
