internal import SockDiag

/// A socket's addresses as the table of 'list' shows them: `*:80`, `[::]:80`, `0.0.0.0%eth0:80`.
enum EndpointText {
  /// The local end.
  static func local(_ socket: some KernelSocket) -> String { text { socket.appendLocal(to: &$0, &$1) } }

  /// The peer's end.
  static func remote(_ socket: some KernelSocket) -> String { text { socket.appendRemote(to: &$0, &$1) } }

  private static func text(_ append: (inout [UInt8], inout InterfaceNames) -> Void) -> String {
    var names = InterfaceNames(.host)
    var bytes: [UInt8] = []
    append(&bytes, &names)
    return String(decoding: bytes, as: UTF8.self)
  }
}
