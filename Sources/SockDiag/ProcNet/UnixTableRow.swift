internal import SockDiagWire

/// A row of `/proc/net/unix`: address, reference count, protocol, flags, type, state, inode, and perhaps a name.
struct UnixTableRow {
  /// The socket without its name.
  let socket: UnixSocket
  /// The text after the inode and one blank; `nil` if there is none.
  let name: [UInt8]?

  /// `__SO_ACCEPTCON`, linux/net.h
  private static let acceptsConnections: UInt64 = 0x10000
  /// `SS_CONNECTED`, linux/net.h
  private static let connected: UInt64 = 3

  /// Reads a line; `nil` if it is not a row.
  init?(_ line: [UInt8]) {
    var columns = ProcNetColumns(at: 0)
    // The kernel's address of the socket, which it hides from most readers, in one form or another.
    let address = columns.next(in: line.span)
    guard address.count > 1, line[address.upperBound - 1] == UInt8(ascii: ":"),
      (try? columns.hexadecimal(.line, digits: 8...8, in: line.span)) != nil,
      (try? columns.hexadecimal(.line, digits: 8...8, in: line.span)) != nil,
      let flags = try? columns.hexadecimal(.line, digits: 8...8, in: line.span),
      let type = try? columns.hexadecimal(.line, digits: 4...4, in: line.span),
      let state = try? columns.hexadecimal(.state, digits: 2...2, in: line.span),
      let inode = try? columns.decimal(.inode, 0...Int64.max, in: line.span)
    else { return nil }
    var socket = UnixSocket()
    socket.type = SocketType(rawValue: UInt8(truncatingIfNeeded: type))
    socket.state =
      flags & Self.acceptsConnections != 0 ? .listen : state == Self.connected ? .established : .close
    socket.inode = UInt32(truncatingIfNeeded: inode)
    socket.source = .procNet
    self.socket = socket
    // One blank stands before a name; more belong to the name.
    name = columns.offset < line.count ? Array(line[(columns.offset + 1)...]) : nil
  }
}
