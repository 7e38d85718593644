public import SocketOwners

extension SystemdUnit {
  /// Whether ending its processes has them started again, or may: a service, as opposed to a session or a slice.
  public var isSupervised: Bool { name.hasSuffix(".service") && !name.hasPrefix("user@") }
}
