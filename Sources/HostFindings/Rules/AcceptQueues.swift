internal import SockDiag
internal import SockDiagWire

extension HostFacts {
  /// A listener accepts one connection more than its limit, and then drops further ones until its program accepts
  /// (`sk_acceptq_is_full`, net/sock.h). The limit is the smaller of the argument of `listen` and the value of
  /// somaxconn at that time.
  ///
  /// `ListenDrops` is not used: it counts all drops of a listener, including those for other reasons.
  func acceptQueues() -> [Finding] {
    let full = listeners.compactMap { listener -> Finding? in
      guard let length = listener.acceptQueueLength, let limit = listener.acceptQueueLimit, length > limit else {
        return nil
      }
      let process = process(of: listener)
      return Finding(
        .acceptQueue, .failing, figure: UInt64(length), limit: UInt64(limit), unit: "connections",
        subject: Finding.Subject(local: listener.local, process: process),
        text: "\(length.counted("connection")) waiting for accept() at \(listener.local), whose limit is \(limit)"
          + (process.map { ", in \($0.label)" } ?? ""),
        advice: "further ones are dropped; the program accepts too slowly, or \(origin(of: limit))")
    }
    guard let rise = rise(of: \.listenOverflows) else { return full }
    return full + [
      Finding(
        .listenOverflow, .failing, figure: rise, limit: nil, unit: "drops",
        text:
          "full accept queues made listeners drop \(rise.counted("packet")) in \(intervalText) (ListenOverflows)",
        advice: "clients wait for a second or more, or fail; a listener whose Accept-Q in 'sockdiag' is above its limit"
          + " accepts too slowly, or has a backlog that is too small for bursts")
    ]
  }

  /// The source of a limit, where it can be raised.
  private func origin(of limit: UInt32) -> String {
    guard let maximum = settings.maximumBacklog else {
      return "its backlog, the smaller of listen()'s argument and net.core.somaxconn, is too small"
    }
    return limit < maximum
      ? "its listen() asks for a backlog that is too small (net.core.somaxconn would allow \(maximum))"
      : "its backlog is cut by net.core.somaxconn (\(maximum)): raise that and the argument of listen(), and restart it"
  }
}
