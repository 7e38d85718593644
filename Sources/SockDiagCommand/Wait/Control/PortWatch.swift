internal import Glibc
internal import SockDiag
internal import SocketOwners

/// Hears when a socket that is in the way ends: by the kernel's announcements, or where it makes none, by the end of the
/// processes that hold them.
struct PortWatch: ~Copyable {
  private enum Means {
    case events, processes
  }

  /// Subscribes to the kernel's announcements.
  typealias Subscribe = (SocketEventGroups) throws(SockDiagError) -> SocketEvents

  private let `protocol`: TransportProtocol
  private let subscribe: Subscribe
  private var means = Means.events
  private var events: SocketEvents?
  /// What is in the way. As long as one of these is there the port is not free, whatever ends besides; and what this
  /// command itself opens and closes for a look is announced too.
  private var sockets: Set<SocketCookie> = []
  /// Descriptors of processes, by their ids; -1 for those that cannot be watched, or ended.
  private var processes: [Int32: Int32] = [:]

  init(
    _ protocol: TransportProtocol,
    by subscribe: @escaping Subscribe = { groups throws(SockDiagError) in try SocketEvents(groups) }
  ) {
    self.protocol = `protocol`
    self.subscribe = subscribe
  }

  deinit { for descriptor in processes.values where descriptor >= 0 { close(descriptor) } }

  /// Whether the end of every socket is heard.
  var receivesEvents: Bool { events != nil }

  var descriptors: [Int32] {
    switch events {
    case .some(let events): [events.fileDescriptor]
    case nil: processes.values.filter { $0 >= 0 }
    }
  }

  /// Begins to hear.
  ///
  /// - Returns: Whether something may have been missed that was not missed before, so that a look is due.
  mutating func begin() -> Bool {
    guard means == .events, events == nil else { return false }
    do throws(SockDiagError) {
      events = try subscribe(`protocol` == .udp ? .udp : .tcp)
      return true
    } catch {
      means = .processes
      return false
    }
  }

  /// Hears nothing more: while there are only timers to wait for, others' sockets need not wake anybody.
  mutating func end() {
    events = nil
    follow([], heldBy: [])
  }

  /// Waits for the end of these sockets and no others; where it is not announced, for that of the processes.
  mutating func follow(_ cookies: Set<SocketCookie>, heldBy pids: Set<Int32>) {
    sockets = cookies
    for (pid, descriptor) in processes where !pids.contains(pid) {
      if descriptor >= 0 { close(descriptor) }
      processes[pid] = nil
    }
    guard means == .processes else { return }
    for pid in pids where processes[pid] == nil { processes[pid] = KernelSignals().open(pid) }
  }

  /// Reads what is there, and tells whether it is about what is in the way.
  mutating func drainEvents() -> Bool {
    guard means == .events else {
      forgetEnded()
      return true
    }
    var concerns = false
    do throws(SockDiagError) {
      while let event = try events?.nextIfReady() {
        switch event {
        case .destroyed(let socket): if socket.cookie.map(sockets.contains) ?? true { concerns = true }
        case .gap: concerns = true
        }
      }
    } catch {
      events = nil
      means = .processes
      return true
    }
    return concerns
  }

  /// The descriptor of a process that ended would be readable for ever.
  private mutating func forgetEnded() {
    for (pid, descriptor) in processes where descriptor >= 0 {
      var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      // SAFETY: poll uses the one structure during the call.
      guard unsafe poll(&wait, 1, 0) > 0 else { continue }
      close(descriptor)
      processes[pid] = -1
    }
  }
}
