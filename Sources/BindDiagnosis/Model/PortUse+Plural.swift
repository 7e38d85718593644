extension PortUse {
  /// The name of several in a sentence: `listeners`, `closed connections`.
  package var plural: String {
    switch self {
    case .boundInactive: "sockets that are bound, not listening"
    case .orphan: "connections without a process"
    case .request: "connections that are being made"
    case .unaccepted: "connections that wait to be accepted"
    case .listener, .connection, .outgoingConnection, .timeWait, .datagram: "\(self)s"
    }
  }
}
