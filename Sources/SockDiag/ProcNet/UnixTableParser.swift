public import SockDiagWire

/// Parses the text of `/proc/net/unix`, in pieces of any size.
///
/// The kernel prints this table for people, and it is not exact:
///
/// - It prints names as they are. A name with a line end continues on the next line, so a line that is not a row is
///   read as the rest of the name before it, as long as the name is not too long. A name that imitates a row becomes a
///   row.
/// - It prints `@` for each NUL of an abstract name. An `@` at the beginning is read as the sign of an abstract name,
///   and those at the end as NULs, because many programs fill the rest of the address with them. Any other is read as
///   `@`.
///
/// Rows with inode 0 are left out, as in sock_diag: they are connections that no program has accepted yet.
///
/// Kernel: `unix_seq_show`, net/unix/af_unix.c.
public struct UnixTableParser: Sendable {
  /// The number of lines that were neither rows nor parts of names.
  public private(set) var faultCount = 0

  /// The last row, until it is known that its name does not continue.
  private var pending: (socket: UnixSocket, name: [UInt8]?)?
  /// The beginning of a line whose end did not arrive yet.
  private var begun: [UInt8] = []
  private var lineNumber = 1
  /// The offset of the line in the file.
  private var lineOffset = 0
  /// The length of the line so far. It counts bytes that were not kept.
  private var lineLength = 0
  private var isStopped = false

  /// A line of more bytes is a fault: the kernel's have at most 170. This limits the memory that a file without line
  /// ends can take.
  static let longestLine = 4096
  /// `sizeof(((struct sockaddr_un *)0)->sun_path)`, linux/un.h
  private static let longestName = 108

  /// Creates a parser for one table.
  public init() {}

  /// Parses a piece of the file.
  ///
  /// - Parameters:
  ///   - piece: The bytes that follow those of the last call.
  ///   - onFault: Called for each line that is neither a row nor the rest of a name, with its offset in the file.
  ///   - body: Called for each row, in order.
  /// - Returns: ``DumpFlow/stop`` if `body` returned it, now or before. Further bytes are ignored then.
  public mutating func parse(
    _ piece: Span<UInt8>, onFault: (WireError) -> Void = { _ in }, _ body: (UnixSocket) -> DumpFlow
  ) -> DumpFlow {
    var start = 0
    while !isStopped, let newline = piece.newline(from: start) {
      keep(piece.extracting(start..<newline))
      endLine(onFault, body)
      start = newline &+ 1
    }
    if isStopped { return .stop }
    keep(piece.extracting(start..<piece.count))
    return .continue
  }

  /// Passes the last row to `body` and prepares the parser for another file. Text after the last line end is a fault:
  /// the kernel ends every line, so a number or a name in it may be cut.
  public mutating func finish(
    onFault: (WireError) -> Void = { _ in }, _ body: (UnixSocket) -> DumpFlow
  ) -> DumpFlow {
    if !isStopped, lineLength > 0 { report(onFault) }
    if !isStopped { emit(body) }
    let flow: DumpFlow = isStopped ? .stop : .continue
    let faults = faultCount
    self = UnixTableParser()
    faultCount = faults
    return flow
  }

  /// Keeps one byte more than a line may have, which shows that it is too long.
  private mutating func keep(_ bytes: Span<UInt8>) {
    for index in 0..<min(bytes.count, max(Self.longestLine &+ 1 &- begun.count, 0)) { begun.append(bytes[index]) }
    lineLength &+= bytes.count
  }

  private mutating func endLine(_ onFault: (WireError) -> Void, _ body: (UnixSocket) -> DumpFlow) {
    let line = begun
    begun.removeAll(keepingCapacity: true)
    defer {
      lineNumber &+= 1
      lineOffset &+= lineLength &+ 1
      lineLength = 0
    }
    if line.count <= Self.longestLine, let row = UnixTableRow(line) {
      emit(body)
      pending = (row.socket, row.name)
    } else if let name = pending?.name, name.count + 1 + line.count <= Self.longestName {
      pending?.name = name + [0x0a] + line
    } else if lineNumber > 1 || !line.starts(with: "Num ".utf8) {
      report(onFault)
    }
  }

  private mutating func report(_ onFault: (WireError) -> Void) {
    faultCount &+= 1
    onFault(
      WireError(
        .procNetRow, at: lineOffset,
        "line \(lineNumber): expected an address and a colon, six columns of numbers and perhaps a name"))
  }

  private mutating func emit(_ body: (UnixSocket) -> DumpFlow) {
    guard let row = pending else { return }
    pending = nil
    var socket = row.socket
    socket.name = row.name.flatMap(Self.name)
    if socket.inode != 0, body(socket) == .stop { isStopped = true }
  }

  private static func name(_ text: [UInt8]) -> UnixSocketName? {
    guard text.first == UInt8(ascii: "@") else { return text.isEmpty ? nil : .path(text) }
    let name = text.dropFirst()
    let end = name.lastIndex { $0 != UInt8(ascii: "@") }.map { $0 + 1 } ?? name.startIndex
    return .abstract(Array(name[..<end]) + [UInt8](repeating: 0, count: name.endIndex - end))
  }
}
