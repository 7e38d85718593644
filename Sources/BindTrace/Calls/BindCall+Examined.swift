internal import SockDiagWire

extension BindCall {
  /// A call that has returned; `nil` if it does not concern the internet.
  init?(_ pending: PendingCall, _ socket: ExaminedSocket, process: Int32, thread: Int32, errno: Int32) {
    let call = pending.call
    self.init(call.kind, errno: errno, processID: process, threadID: thread, descriptor: call.descriptor)
    if call.kind == .listen { backlog = call.backlog }
    switch socket {
    case .other: return nil
    case .internet(let family, let `protocol`, let local):
      self.family = family
      self.protocol = `protocol`
      let address = call.kind == .bind ? InternetAddress(pending.address, for: family) : local
      self.address = address?.address
      scopeID = address?.scopeID ?? 0
    case .none:
      guard call.kind == .bind, takeAddress(pending) else { return nil }
    case .unknown:
      // What has no readable address may be of the internet, and what has another one is not.
      guard takeAddress(pending) || pending.address.count < 2 else { return nil }
    }
  }

  /// Where the socket tells nothing, its address does.
  private mutating func takeAddress(_ pending: PendingCall) -> Bool {
    guard let address = InternetAddress(pending.address, for: nil) else { return false }
    self.address = address.address
    scopeID = address.scopeID
    family = address.address.address.family
    return true
  }
}
