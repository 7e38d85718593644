internal import SocketOwners

extension CommandFailure {
  /// Runs a search for the holders of sockets, and makes a failure of the command from its error.
  static func findingHolders<Value: ~Copyable>(
    _ body: () throws(SocketOwnersError) -> Value
  ) throws(CommandFailure) -> Value {
    do throws(SocketOwnersError) { return try body() } catch {
      throw CommandFailure(.system, "the holders of sockets cannot be found: \(error)")
    }
  }
}
