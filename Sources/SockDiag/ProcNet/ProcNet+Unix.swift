internal import Glibc
public import SockDiagWire

extension ProcNet {
  /// Passes each UNIX socket to `body` while the table is being read.
  ///
  /// The table has the type, the state, the inode and the name; a name need not be exact, see ``UnixTableParser``. Peers,
  /// queues, users and cookies are absent.
  ///
  /// - Parameters:
  ///   - root: Where proc is mounted. `thread-self`, since Linux 3.17, is looked up there.
  ///   - process: A process whose network namespace is read; `nil` for the calling thread's. No privilege is needed.
  ///   - onFault: Called for each line that is neither a row nor the rest of a name.
  ///   - body: Called for each socket.
  /// - Returns: Whether all sockets were seen: ``DumpDefects/malformed`` if some lines were not rows.
  /// - Throws: ``SockDiagError`` with the code ``SockDiagError/Code/procNet`` if the table cannot be read.
  @discardableResult
  public static func unixSockets(
    root: String = "/proc", process: Int32? = nil, onFault: (SockDiagError) -> Void = { _ in },
    _ body: (UnixSocket) -> DumpFlow
  ) throws(SockDiagError) -> DumpDefects {
    let path = directory(root, process) + "unix"
    guard let file = try ProcNetFile(path) else {
      throw missingTable(path, root, process)
    }
    let report = { (fault: WireError) in
      onFault(SockDiagError(.procNet, operation: "read \(path)", wireError: fault))
    }
    var parser = UnixTableParser()
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var flow = DumpFlow.continue
    while flow == .continue {
      let count = try file.read(into: &buffer)
      if count == 0 { break }
      flow = parser.parse(buffer.span.extracting(0..<count), onFault: report, body)
    }
    if flow == .continue { flow = parser.finish(onFault: report, body) }
    var defects: DumpDefects = flow == .stop ? .stopped : .complete
    if parser.faultCount > 0 { defects.insert(.malformed) }
    return defects
  }
}

extension Unix: ProcNetFamily {
  /// Reads `/proc/net/unix`; see ``ProcNet/unixSockets(root:process:onFault:_:)``.
  public static func readProcNet(
    _ request: UnixSocketRequest, root: String, process: Int32?, onFault: (SockDiagError) -> Void,
    _ body: (UnixSocket) -> DumpFlow
  ) throws(SockDiagError) -> DumpDefects {
    try ProcNet.unixSockets(root: root, process: process, onFault: onFault) { socket in
      switch request.target {
      case .states(let states): states.contains(state: socket.state) ? body(socket) : .continue
      case .socket(let inode, _): socket.inode == inode ? body(socket) : .continue
      }
    }
  }
}
