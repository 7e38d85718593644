internal import SockDiagWire

extension PortRelease: CustomStringConvertible {
  /// When the port becomes free, as a clause without a full stop.
  public var description: String {
    switch self {
    case .after(let rest): "the socket expires in \(rest.words)"
    case .afterOrLater(let rest):
      "the socket expires in \(rest.words), or 60 s after the peer closes if the peer closes before that"
    case .whenPeerAnswers: "the socket stays until the peer answers or the kernel gives up, which takes minutes"
    case .whenClosed: "the socket stays until its process closes it"
    }
  }
}
