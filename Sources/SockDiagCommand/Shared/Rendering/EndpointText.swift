internal import SockDiag

/// A socket's addresses as the table of 'list' shows them: `*:80`, `[::]:80`, `0.0.0.0%eth0:80`.
enum EndpointText {
  /// The local end.
  static func local(_ socket: InetSocket) -> String { text(.local, socket) }

  /// The peer's end.
  static func remote(_ socket: InetSocket) -> String { text(.remote, socket) }

  private static func text(_ column: InetTableShape.Column, _ socket: InetSocket) -> String {
    var cells = InetCells(interfaces: InterfaceNames(.host))
    var bytes: [UInt8] = []
    cells.append(column, of: socket, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}
