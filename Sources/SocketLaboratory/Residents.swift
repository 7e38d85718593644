/// Something other than a socket that lives in a namespace until its closure ends.
package protocol Resident: AnyObject {
  /// Prepares the end of the namespace. The sockets of the namespace are still open.
  func leave()
}

/// The sockets and other residents of a namespace until its closure ends.
///
/// The namespace keeps them, and not only the caller who made them: Swift may otherwise close a socket after the last
/// use of its variable, while a test still looks for it in the kernel.
package final class Residents {
  private var sockets: [LabSocket] = []
  private var others: [any Resident] = []

  /// Keeps a socket.
  package func keep(_ socket: LabSocket) -> LabSocket {
    sockets.append(socket)
    socket.residents = self
    return socket
  }

  /// Keeps another resident.
  package func keep<Other: Resident>(_ other: Other) -> Other {
    others.append(other)
    return other
  }

  /// The first resident of a type.
  package func first<Other: Resident>(_ type: Other.Type) -> Other? {
    others.lazy.compactMap { $0 as? Other }.first
  }

  /// Ends the stay of all residents. The sockets are closed last.
  func evict() {
    for other in others { other.leave() }
    LabSocket.close(sockets)
    sockets = []
    others = []
  }
}
