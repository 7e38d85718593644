/// Creates sockets in place of the laboratory, for example in another cgroup.
public protocol SocketCreator {
  /// Creates a socket that is neither bound nor connected.
  func socket(_ kind: LabProtocol, v6: Bool) throws -> LabSocket
}
