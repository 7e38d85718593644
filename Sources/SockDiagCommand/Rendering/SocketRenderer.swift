internal import SockDiag

/// Makes text of sockets, wherever they come from.
///
/// A class, since a renderer is handed around by whatever reads sockets and lives as long as the output.
protocol SocketRenderer: AnyObject {
  /// Shows one socket, now or later.
  func render(_ socket: InetSocket) throws(CommandFailure)
  /// Shows what is held back, ends the document and writes everything. Called once, after a failure too: what was
  /// read before it is shown.
  func finish() throws(CommandFailure)
}
