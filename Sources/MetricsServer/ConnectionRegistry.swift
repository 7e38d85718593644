#if MetricsServer
  internal import NIOCore

  /// The connections of a server, for its event loop alone.
  final class ConnectionRegistry {
    /// What a connection waits for.
    enum Phase {
      /// The next request; nothing of it has arrived.
      case idle
      /// The rest of a request.
      case receiving
      /// The metrics.
      case answering
      /// The client, to receive the answer.
      case sending
    }

    private struct Entry {
      var channel: any Channel
      var phase: Phase
      /// When the connection is closed.
      var deadline: NIODeadline
    }

    let limits: MetricsServerLimits
    /// In the order in which they were opened.
    private var entries: [(id: ObjectIdentifier, entry: Entry)] = []

    init(_ limits: MetricsServerLimits) { self.limits = limits }

    /// Adds a new connection, and closes the oldest that is not being answered if there are too many.
    func add(_ channel: any Channel) {
      if entries.count >= limits.connections {
        let victim = entries.firstIndex { $0.entry.phase == .idle || $0.entry.phase == .receiving } ?? 0
        entries.remove(at: victim).entry.channel.close(promise: nil)
      }
      entries.append(
        (ObjectIdentifier(channel), Entry(channel: channel, phase: .receiving, deadline: Self.end(limits.requestTime))))
    }

    func remove(_ channel: any Channel) {
      entries.removeAll { $0.id == ObjectIdentifier(channel) }
    }

    /// Notes what a connection waits for from now on.
    func note(_ channel: any Channel, _ phase: Phase) {
      guard let index = entries.firstIndex(where: { $0.id == ObjectIdentifier(channel) }) else { return }
      entries[index].entry.phase = phase
      entries[index].entry.deadline =
        switch phase {
        case .idle: Self.end(limits.idleTime)
        case .receiving: Self.end(limits.requestTime)
        // The collector takes as long as the kernel does.
        case .answering: .distantFuture
        case .sending: Self.end(limits.answerTime)
        }
    }

    /// Closes the connections whose time is up.
    func closeOverdue() {
      let now = NIODeadline.now()
      let overdue = entries.filter { $0.entry.deadline <= now }
      for entry in overdue {
        remove(entry.entry.channel)
        entry.entry.channel.close(promise: nil)
      }
    }

    func closeAll() {
      let all = entries
      entries = []
      for entry in all { entry.entry.channel.close(promise: nil) }
    }

    private static func end(_ time: Duration) -> NIODeadline { .now() + TimeAmount(time) }
  }
#endif
