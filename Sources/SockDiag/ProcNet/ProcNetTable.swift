internal import Glibc
internal import SockDiagWire

/// Reads a table of `/proc/net` whose rows have columns between blanks, a row at a time.
///
/// It is for tables of few rows. The tables of TCP and UDP have ``ProcNetParser``, which is faster.
package struct ProcNetTable<Socket> {
  /// Parses a row.
  typealias Row = (Span<UInt8>, _ isWhole: Bool) throws(ProcNetFault) -> Socket

  /// The name of the table.
  let name: String
  /// The first word of the line with the names of the columns.
  let header: String
  let row: Row

  /// Passes the socket of each row to `body`.
  ///
  /// - Parameters:
  ///   - root: Where proc is mounted.
  ///   - process: The process whose namespace is read; `nil` for the calling thread.
  ///   - onFault: Called for each line that is not a row.
  ///   - body: Called for each socket.
  /// - Returns: ``DumpDefects/malformed`` if some lines were not rows.
  /// - Throws: ``SockDiagError`` with the code ``SockDiagError/Code/procNet`` if there is no such table.
  func forEach(
    root: String, process: Int32?, onFault: (SockDiagError) -> Void, _ body: (Socket) -> DumpFlow
  ) throws(SockDiagError) -> DumpDefects {
    let path = ProcNet.directory(root, process) + name
    guard let file = try ProcNetFile(path) else { throw ProcNet.missingTable(path, root, process) }
    var lines = ProcNetLines(header: header)
    let report = { (fault: WireError) in
      onFault(SockDiagError(.procNet, operation: "read \(path)", wireError: fault))
    }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var flow = DumpFlow.continue
    while flow == .continue {
      let count = try file.read(into: &buffer)
      if count == 0 { break }
      flow = lines.parse(buffer[..<count], onFault: report, row: row, body)
    }
    if flow == .continue { flow = lines.finish(onFault: report, row: row, body) }
    var defects: DumpDefects = flow == .stop ? .stopped : .complete
    if lines.faultCount > 0 { defects.insert(.malformed) }
    return defects
  }

  /// Passes the socket of each row to `body`, in a text that comes in pieces. A piece may end anywhere.
  package func forEach(
    in pieces: [ArraySlice<UInt8>], onFault: (WireError) -> Void, _ body: (Socket) -> DumpFlow
  ) {
    var lines = ProcNetLines(header: header)
    for piece in pieces where lines.parse(piece, onFault: onFault, row: row, body) == .stop { return }
    _ = lines.finish(onFault: onFault, row: row, body)
  }
}

/// Divides the pieces of a table into lines.
struct ProcNetLines {
  private let header: String
  /// The beginning of a line whose end did not arrive yet.
  private var begun: [UInt8] = []
  private var lineNumber = 1
  private var lineOffset = 0
  /// The number of lines that were not rows.
  private(set) var faultCount = 0

  init(header: String) { self.header = header }

  /// Parses the lines that end in a piece. A piece may end anywhere.
  mutating func parse<Socket>(
    _ piece: ArraySlice<UInt8>, onFault: (WireError) -> Void, row: ProcNetTable<Socket>.Row,
    _ body: (Socket) -> DumpFlow
  ) -> DumpFlow {
    var piece = piece
    while let newline = piece.firstIndex(of: 0x0a) {
      begun += piece[..<newline]
      piece = piece[(newline + 1)...]
      if read(isWhole: true, onFault, row, body) == .stop { return .stop }
    }
    begun += piece
    // No row is that long, so the file is none of the kernel's. Its text must not fill the memory.
    if begun.count > ProcNetParser.longestLine { return read(isWhole: false, onFault, row, body) }
    return .continue
  }

  /// Parses the text after the last newline. A number at its end may be cut, so it is a fault.
  mutating func finish<Socket>(
    onFault: (WireError) -> Void, row: ProcNetTable<Socket>.Row, _ body: (Socket) -> DumpFlow
  ) -> DumpFlow {
    begun.isEmpty ? .continue : read(isWhole: false, onFault, row, body)
  }

  private mutating func read<Socket>(
    isWhole: Bool, _ onFault: (WireError) -> Void, _ row: ProcNetTable<Socket>.Row, _ body: (Socket) -> DumpFlow
  ) -> DumpFlow {
    var line: [UInt8] = []
    swap(&line, &begun)
    defer {
      lineNumber += 1
      lineOffset += line.count + (isWhole ? 1 : 0)
    }
    do throws(ProcNetFault) {
      guard line.count <= ProcNetParser.longestLine else { throw ProcNetFault(.line, 0..<line.count) }
      return body(try row(line.span, isWhole))
    } catch {
      if lineNumber == 1, line.starts(with: header.utf8) { return .continue }
      faultCount += 1
      onFault(error.wireError(in: line.span, number: lineNumber, start: lineOffset, family: .inet))
      return .continue
    }
  }
}
