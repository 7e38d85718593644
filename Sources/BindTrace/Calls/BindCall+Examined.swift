internal import SockDiagWire

extension BindCall {
  /// Creates the record of a call that has returned; `nil` if it is neither on an internet socket nor on a UNIX socket.
  init?(_ pending: PendingCall, _ socket: ExaminedSocket, process: Int32, thread: Int32, errno: Int32) {
    let call = pending.call
    self.init(call.kind, errno: errno, processID: process, threadID: thread, descriptor: call.descriptor)
    if call.kind == .listen { backlog = call.backlog }
    switch socket {
    case .other: return nil
    case .internet(let family, let `protocol`, let local):
      self.family = family
      self.protocol = `protocol`
      let address: InternetAddress? =
        switch call.kind {
        case .bind: InternetAddress(pending.address, for: family)
        // An address without a family disconnects the socket.
        case .connect: InternetAddress(pending.address, for: nil)
        case .listen: local
        }
      self.address = address?.address
      scopeID = address?.scopeID ?? 0
    case .unix(let name):
      family = Self.unix
      unixName = call.kind == .listen ? name : UnixName.text(pending.address)
    case .none:
      guard call.kind != .listen, takeAddress(pending) else { return nil }
    case .unknown:
      // A call whose address cannot be read may be on an internet socket. For connect() that is unlikely: programs
      // connect to other sockets all the time.
      guard takeAddress(pending) || (pending.address.count < 2 && call.kind != .connect) else { return nil }
    }
  }

  /// Takes the family and the address from the call, where the socket could not be examined.
  private mutating func takeAddress(_ pending: PendingCall) -> Bool {
    if UnixName.isFamily(of: pending.address) {
      family = Self.unix
      unixName = UnixName.text(pending.address)
      return true
    }
    guard let address = InternetAddress(pending.address, for: nil) else { return false }
    self.address = address.address
    scopeID = address.scopeID
    family = address.address.address.family
    return true
  }
}
