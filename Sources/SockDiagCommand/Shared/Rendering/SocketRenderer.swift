internal import SockDiag

/// Makes text of sockets, wherever they come from.
///
/// A class, since a renderer is handed around by whatever reads sockets and lives as long as the output.
protocol SocketRenderer: AnyObject {
  /// Shows one socket, now or later.
  ///
  /// - Parameter notes: What is known about it besides its record.
  func render<Socket: ShownSocket>(_ socket: Socket, _ notes: SocketNotes) throws(CommandFailure)
  /// Shows what is held back, ends the document and writes everything. Called once.
  ///
  /// - Parameter hasFailed: Whether reading ended with a failure. What was read before it is shown all the same, but
  ///   where that is nothing, there is no header and no empty list, which would be an answer.
  func finish(afterFailure hasFailed: Bool) throws(CommandFailure)
}

extension SocketRenderer {
  /// Shows one socket of which nothing else is known.
  func render(_ socket: some ShownSocket) throws(CommandFailure) { try render(socket, SocketNotes()) }
}

/// What is known about a socket besides its record.
struct SocketNotes {
  /// Who holds it, where that was looked for.
  var holders: HolderList?
  /// What became of it, where something was done to it.
  var result: String?

  /// The kinds of notes for which a table has columns.
  struct Kinds: OptionSet {
    let rawValue: UInt8
    static let holders = Kinds(rawValue: 1)
    static let result = Kinds(rawValue: 2)

    var tableColumns: [TablePage.Column] {
      (contains(.holders) ? [TablePage.Column(title: "Process")] : [])
        + (contains(.result) ? [TablePage.Column(title: "Result")] : [])
    }
  }
}
