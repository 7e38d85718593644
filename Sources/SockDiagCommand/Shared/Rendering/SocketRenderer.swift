internal import SockDiag

/// Makes text of sockets, wherever they come from.
///
/// A class, because readers of sockets share the renderer, which lives as long as the output.
protocol SocketRenderer: AnyObject {
  /// Shows one socket, now or later.
  ///
  /// - Parameter notes: The facts that are not in its record.
  func render<Socket: ShownSocket>(_ socket: Socket, _ notes: SocketNotes) throws(CommandFailure)
  /// Shows the sockets that are held back, ends the document and writes everything. Called once.
  ///
  /// - Parameter hasFailed: Whether reading ended with a failure. Sockets from before the failure are shown. If there are
  ///   none, there is no header and no empty list, which would look like an answer.
  func finish(afterFailure hasFailed: Bool) throws(CommandFailure)
  /// Shows names of hosts and services from now on, if the form has them.
  func use(_ names: EndpointBook)
  /// Whether no socket was shown.
  var isEmpty: Bool { get }
  /// The titles of columns for which the terminal is too narrow.
  var omittedColumns: [String] { get }
}

extension SocketRenderer {
  /// Shows one socket of which nothing else is known.
  func render(_ socket: some ShownSocket) throws(CommandFailure) { try render(socket, SocketNotes()) }
}

/// The facts about a socket that are not in its record.
struct SocketNotes {
  /// The processes that hold it, if they were looked up.
  var holders: HolderList?
  /// The sockets that this row stands for, if one program has several at one address; `nil` to show every holder.
  var socketCount: Int?
  /// The result of an action on it.
  var result: String?
  /// Its network namespace, if those of all are shown.
  var namespace: NamespaceTag?
  /// The facts from which its direction follows, if that is shown.
  var directions: SocketDirections?

  /// The kinds of notes for which a table has columns.
  struct Kinds: OptionSet {
    let rawValue: UInt8
    static let holders = Kinds(rawValue: 1)
    static let result = Kinds(rawValue: 2)
    static let namespace = Kinds(rawValue: 4)
  }
}
