internal import Glibc
internal import SockDiag
internal import SocketOwners

/// Wakes a wait when a socket that blocks the port ends.
///
/// The kernel announces the end of sockets. Where it does not, the end of the processes that hold them has to do.
struct PortWatch: ~Copyable {
  private enum Source {
    case socketEvents, processes
  }

  /// Subscribes to the end of sockets.
  typealias Subscribe = (SocketEventGroups) throws(SockDiagError) -> SocketEvents

  private let groups: SocketEventGroups
  private let subscribe: Subscribe
  private var source = Source.socketEvents
  private var events: SocketEvents?
  /// The sockets that block. The end of others does not free the port: sockets on other ports, and those that this
  /// command opens and closes for a look.
  private var sockets: Set<SocketCookie> = []
  /// Descriptors of processes by their ids; -1 for a process that ended or cannot be watched.
  private var processes: [Int32: Int32] = [:]

  /// - Parameter groups: The protocols of the sockets.
  init(
    _ groups: SocketEventGroups,
    by subscribe: @escaping Subscribe = { groups throws(SockDiagError) in try SocketEvents(groups) }
  ) {
    self.groups = groups
    self.subscribe = subscribe
  }

  deinit { for descriptor in processes.values where descriptor >= 0 { close(descriptor) } }

  /// Whether the end of every socket is announced here.
  var receivesEvents: Bool { events != nil }

  var descriptors: [Int32] {
    switch events {
    case .some(let events): [events.fileDescriptor]
    case nil: processes.values.filter { $0 >= 0 }
    }
  }

  /// Subscribes to events, unless it has done so or the kernel announces none.
  ///
  /// - Returns: Whether it has just subscribed. A socket may have ended since the last look, so that a look is due.
  mutating func start() -> Bool {
    guard source == .socketEvents, events == nil else { return false }
    do throws(SockDiagError) {
      events = try subscribe(groups)
      return true
    } catch {
      source = .processes
      return false
    }
  }

  /// Ends the subscription: while only timers block, the end of other sockets should not wake the wait.
  mutating func stop() {
    events = nil
    follow([], heldBy: [])
  }

  /// Wakes at the end of these sockets and no others; where the kernel announces no ends, at the end of these
  /// processes.
  mutating func follow(_ cookies: Set<SocketCookie>, heldBy pids: Set<Int32>) {
    sockets = cookies
    for (pid, descriptor) in processes where !pids.contains(pid) {
      if descriptor >= 0 { close(descriptor) }
      processes[pid] = nil
    }
    guard source == .processes else { return }
    for pid in pids where processes[pid] == nil { processes[pid] = KernelSignals().open(pid) }
  }

  /// Reads the events that have arrived.
  ///
  /// - Returns: Whether one of the sockets may have ended.
  mutating func drainEvents() -> Bool {
    guard source == .socketEvents else {
      forgetEndedProcesses()
      return true
    }
    var isLookDue = false
    do throws(SockDiagError) {
      while let event = try events?.nextIfReady() {
        switch event {
        case .destroyed(let socket): if socket.cookie.map(sockets.contains) ?? true { isLookDue = true }
        case .gap: isLookDue = true
        }
      }
    } catch {
      events = nil
      source = .processes
      return true
    }
    return isLookDue
  }

  /// Closes the descriptors of ended processes, which would stay readable for ever.
  private mutating func forgetEndedProcesses() {
    for (pid, descriptor) in processes where descriptor >= 0 {
      var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      // SAFETY: poll uses the one structure during the call.
      guard unsafe poll(&wait, 1, 0) > 0 else { continue }
      close(descriptor)
      processes[pid] = -1
    }
  }
}
