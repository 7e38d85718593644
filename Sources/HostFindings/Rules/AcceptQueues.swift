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
        text: "the accept queue of \(process.map { "\($0.label) at " } ?? "")\(listener.local) is full:"
          + " \(length.counted("connection")), and the limit is \(limit)",
        advice: "new connections are dropped; the program accepts too slowly, or \(origin(of: limit))")
    }
    guard let rise = rise(of: \.listenOverflows) else { return full }
    return full + [
      Finding(
        .listenOverflow, .failing, figure: rise, limit: nil, unit: "drops",
        text:
          "listeners dropped \(rise.counted("packet")) in \(intervalText), because their accept queues were full"
          + " (ListenOverflows)",
        advice:
          "clients wait a second or more, or fail; look for a full Accept-Q in 'sockdiag': that program accepts too"
          + " slowly, or its backlog is too small for bursts")
    ]
  }

  /// The source of a limit, where it can be raised.
  private func origin(of limit: UInt32) -> String {
    guard let maximum = settings.maximumBacklog else {
      return "its backlog is too small: the smaller of listen()'s argument and net.core.somaxconn"
    }
    return limit < maximum
      ? "its backlog is too small: listen() asks for \(limit), and net.core.somaxconn allows \(maximum)"
      : "its backlog is cut by net.core.somaxconn (\(maximum)): raise that and the argument of listen(), then restart it"
  }
}
