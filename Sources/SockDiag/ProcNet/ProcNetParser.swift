public import SockDiagWire

/// Parses the text of `/proc/net/tcp`, `udp`, `udplite` or `raw`, or of those with a `6` behind the name, in pieces of any
/// size.
///
/// The kernel prints these tables for people; this parser reads them back. A piece may end anywhere, even inside a
/// line. A line that is not a row is reported and skipped; the rows before and after it are not lost. Nothing is
/// allocated per row, and damaged input causes only faults.
///
/// ```swift
/// var parser = ProcNetParser(.tcp, family: .inet)
/// _ = parser.parse(bytes.span) { socket in … ; return .continue }
/// _ = parser.finish { socket in … ; return .continue }
/// ```
///
/// Kernel: `tcp4_seq_show`, net/ipv4/tcp_ipv4.c; `tcp6_seq_show`, net/ipv6/tcp_ipv6.c; `udp4_seq_show`, net/ipv4/udp.c;
/// `udp6_seq_show`, net/ipv6/udp.c; `raw_seq_show`, net/ipv4/raw.c; `raw6_seq_show`, net/ipv6/raw.c.
public struct ProcNetParser: Sendable {
  /// The protocol of the table.
  public let `protocol`: TransportProtocol
  /// The family of the table.
  public let family: AddressFamily
  /// The number of lines that were not rows.
  public private(set) var faultCount = 0

  // Compared once here, not for each row.
  private let isIPv6: Bool
  private let hasDrops: Bool
  /// The number of the next line, from 1 on.
  private var lineNumber = 1
  /// The offset of the next line in the file.
  private var lineOffset = 0
  /// The beginning of a line whose end did not arrive yet.
  private var begun: [UInt8] = []
  /// The length of the part of a line that was discarded because the line is too long to be a row.
  private var dropped = 0
  private var isStopped = false

  /// A line of this length or more is a fault, in bytes: the kernel's lines have about 200. This limits the memory that
  /// a file without newlines can take.
  static let longestLine = 4096

  /// Creates a parser for one table.
  ///
  /// - Parameters:
  ///   - protocol: The protocol. In the tables of UDP, UDP-Lite and raw sockets the last column counts drops. In that of
  ///     raw sockets the local port is the IP protocol.
  ///   - family: The family of the table's sockets.
  public init(_ protocol: TransportProtocol, family: AddressFamily) {
    self.protocol = `protocol`
    self.family = family
    isIPv6 = family == .inet6
    hasDrops = !`protocol`.hasConnections
  }

  /// Parses a piece of the file.
  ///
  /// O(n) time. Allocates once for the part of a line at the end of a piece, and for each fault.
  ///
  /// - Parameters:
  ///   - piece: The bytes that follow those of the last call.
  ///   - onFault: Called for each line that is not a row, with the line, the column, the text found and the text
  ///     expected. The offset counts from the start of the file.
  ///   - body: Called for each row, in order. It may keep the value.
  /// - Returns: ``DumpFlow/stop`` if `body` returned it, now or before. Further bytes are ignored then.
  public mutating func parse(
    _ piece: Span<UInt8>, onFault: (WireError) -> Void = { _ in }, _ body: (InetSocket) -> DumpFlow
  ) -> DumpFlow {
    if isStopped { return .stop }
    var row = ProcNetRow()
    var socket = InetSocket()
    var start = 0
    if !begun.isEmpty || dropped > 0 {
      let newline = piece.newline(from: 0)
      keep(piece.extracting(0..<(newline ?? piece.count)))
      guard let newline else { return .continue }
      endBegunLine(isWhole: true, &row, &socket, onFault, body)
      start = newline &+ 1
    }
    while !isStopped, let newline = piece.newline(from: start) {
      readLine(piece.extracting(start..<newline), isWhole: true, &row, &socket, onFault, body)
      start = newline &+ 1
    }
    if isStopped { return .stop }
    keep(piece.extracting(start..<piece.count))
    return .continue
  }

  /// Parses the text after the last newline, if there is any, and prepares the parser for another file.
  ///
  /// A row without a newline is accepted. But a number at its very end may be cut: the drops of a UDP socket are absent
  /// then, and any other column is a fault.
  public mutating func finish(
    onFault: (WireError) -> Void = { _ in }, _ body: (InetSocket) -> DumpFlow
  ) -> DumpFlow {
    var row = ProcNetRow()
    var socket = InetSocket()
    if !isStopped, !begun.isEmpty || dropped > 0 { endBegunLine(isWhole: false, &row, &socket, onFault, body) }
    let flow: DumpFlow = isStopped ? .stop : .continue
    begun.removeAll(keepingCapacity: true)
    (lineNumber, lineOffset, dropped, isStopped) = (1, 0, 0, false)
    return flow
  }

  private mutating func keep(_ bytes: Span<UInt8>) {
    // One more than fits, to detect that there is more.
    let count = min(bytes.count, Self.longestLine &+ 1 &- begun.count)
    if count > 0 { begun.append(addingCapacity: count) { for index in 0..<count { $0.append(bytes[index]) } } }
    dropped &+= bytes.count &- max(count, 0)
  }

  @inline(never)
  private mutating func endBegunLine(
    isWhole: Bool, _ row: inout ProcNetRow, _ socket: inout InetSocket, _ onFault: (WireError) -> Void,
    _ body: (InetSocket) -> DumpFlow
  ) {
    var line: [UInt8] = []
    swap(&line, &begun)
    readLine(line.span, isWhole: isWhole, &row, &socket, onFault, body)
    lineOffset &+= dropped
    dropped = 0
    line.removeAll(keepingCapacity: true)
    swap(&line, &begun)
  }

  @inline(__always)
  private mutating func readLine(
    _ line: Span<UInt8>, isWhole: Bool, _ row: inout ProcNetRow, _ socket: inout InetSocket,
    _ onFault: (WireError) -> Void, _ body: (InetSocket) -> DumpFlow
  ) {
    do throws(ProcNetFault) {
      guard line.count <= Self.longestLine else { throw ProcNetFault(.line, 0..<line.count) }
      try row.read(line, isWhole: isWhole, isIPv6: isIPv6, hasDrops: hasDrops)
      row.store(`protocol`, family, into: &socket)
      isStopped = body(socket) == .stop
    } catch {
      if lineNumber > 1 || !isHeader(line) { report(error, line, onFault) }
    }
    lineNumber &+= 1
    lineOffset &+= line.count &+ 1
  }

  @inline(never)
  private mutating func report(_ fault: ProcNetFault, _ line: Span<UInt8>, _ onFault: (WireError) -> Void) {
    faultCount &+= 1
    onFault(fault.wireError(in: line, number: lineNumber, start: lineOffset, family: family))
  }

  /// Whether the first word is the name of the first column.
  private func isHeader(_ line: Span<UInt8>) -> Bool {
    var columns = ProcNetColumns(at: 0)
    let name = columns.next(in: line)
    return name.count == 2 && line[name.lowerBound] == UInt8(ascii: "s")
      && line[name.lowerBound &+ 1] == UInt8(ascii: "l")
  }
}
