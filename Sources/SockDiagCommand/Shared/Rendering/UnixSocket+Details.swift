internal import SockDiag
internal import SockDiagWire

extension UnixSocket: ShownSocket {
  func appendIdentity(to detail: inout DetailText) {
    detail.line("socket")
    detail.number("uid", uid)
    detail.count("inode", inode)
    detail.number("cookie", cookie?.rawValue)
    if let file {
      detail.number("file_inode", file.inode)
      detail.name("file_dev", "\(file.major):\(file.minor)")
    }
    detail.names("waiting_clients", (waitingClients ?? []).map { "\($0)" })
    detail.names("shutdown", shutdown?.words ?? [])
  }

  func appendMemory(to detail: inout DetailText) {
    if let memory { detail.append(memory) }
  }

  func appendTransport(to detail: inout DetailText) {}

  /// Always `nil`: names are no ports.
  var ends: (local: SocketAddress, remote: SocketAddress)? { nil }
  /// Always `nil`: no record has a mark.
  var mark: UInt32? { nil }

  func value(of figure: FilterFigure) -> UInt64? { figure.commonValue(of: self) }
}

extension ShutdownSides {
  /// The directions that are shut down.
  fileprivate var words: [String] {
    [(ShutdownSides.receive, "receive"), (.send, "send")].filter { contains($0.0) }.map(\.1)
  }
}
