internal import BindDiagnosis
package import SockDiag

/// Distinguishes sockets. The cookie is not enough: a TIME_WAIT record has the cookie of its socket, which may still
/// exist, bound and with other options.
package struct RecordIdentity: Hashable {
  package let cookie: SocketCookie
  package let isRecord: Bool

  package init(_ cookie: SocketCookie, isRecord: Bool) {
    self.cookie = cookie
    self.isRecord = isRecord
  }

  package init?(_ socket: InetSocket) {
    guard let cookie = socket.cookie else { return nil }
    self.init(cookie, isRecord: PortSocket.Role(socket) == .timeWait)
  }
}
