import SockDiagKit

/// Compiles only if whatever owns a descriptor may move to another task or into an actor.
func ownersMayMoveToAnotherTask() {
  func isSendable<Owner: Sendable & ~Copyable>(_: Owner.Type) {}
  isSendable(SocketInspector.self)
  isSendable(SocketTracker.self)
  isSendable(FamilyTracker<Unix>.self)
  isSendable(SocketWalkers.self)
  isSendable(SocketEvents.self)
  isSendable(NamespaceInspectors.self)
  isSendable(InterfaceReader.self)
  isSendable(OwnerFinder.self)
  isSendable(Diagnostician.self)
  isSendable(HostObserver.self)
  isSendable(PortEnding.self)
  isSendable(UnixEnding.self)
}
