internal import SockDiag

/// Makes text of sockets, wherever they come from.
///
/// A class, since a renderer is handed around by whatever reads sockets and lives as long as the output.
protocol SocketRenderer: AnyObject {
  /// Shows one socket, now or later.
  ///
  /// - Parameter result: What became of it, where something was done to it.
  func render(_ socket: InetSocket, result: String?) throws(CommandFailure)
  /// Shows what is held back, ends the document and writes everything. Called once.
  ///
  /// - Parameter hasFailed: Whether reading ended with a failure. What was read before it is shown all the same, but
  ///   where that is nothing, there is no header and no empty list, which would be an answer.
  func finish(afterFailure hasFailed: Bool) throws(CommandFailure)
}

extension SocketRenderer {
  /// Shows one socket to which nothing was done.
  func render(_ socket: InetSocket) throws(CommandFailure) { try render(socket, result: nil) }
}
