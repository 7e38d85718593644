extension PortUse: CustomStringConvertible {
  /// The name in a sentence: `listener`, `outgoing connection`.
  public var description: String {
    switch self {
    case .listener: "listener"
    case .boundInactive: "bound, not listening"
    case .connection: "connection"
    case .outgoingConnection: "outgoing connection"
    case .orphan: "connection without a process"
    case .timeWait: "closed connection"
    case .request: "connection that is being made"
    case .unaccepted: "connection that waits to be accepted"
    case .datagram: "UDP socket"
    }
  }
}
