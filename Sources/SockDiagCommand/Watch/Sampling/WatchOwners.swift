internal import CTerminal
internal import SockDiag
internal import SocketOwners
internal import Synchronization

/// The processes of a socket, as text.
struct WatchOwner: Hashable, Sendable {
  /// `nginx(812)`, with the number of further processes; `-` for none, `?` if they are hidden.
  var label: [UInt8]
  /// A line for each process.
  var details: [UInt8] = []
  var isHidden = false
}

/// Finds the processes of the rows that are seen, on a thread of its own: a search may take longer than a look.
final class WatchOwners: Sendable {
  /// A socket to search for.
  struct Wanted: Hashable, Sendable {
    var key: UInt64
    var socket: InetSocket
  }

  private struct State: Sendable {
    var wanted: [Wanted]?
    var found: [UInt64: WatchOwner] = [:]
    /// Why there are no owners at all.
    var failure: String?
    var isStopped = false
  }

  private let state = Mutex(State())
  private let orders: Wakeup
  /// Raised when owners were found.
  let arrivals: Wakeup

  init() throws(SockDiagError) {
    orders = try Wakeup()
    arrivals = try Wakeup()
  }

  func start() throws(CommandFailure) {
    do throws(SockDiagError) {
      try WorkerThread.start("sockdiag-owners") {
        cterminal_block_signals()
        self.run()
      }
    } catch {
      throw CommandFailure(error)
    }
  }

  /// Asks for the owners of these sockets, and of no others any more.
  func find(_ sockets: [Wanted]) {
    state.withLock { $0.wanted = sockets }
    orders.raise()
  }

  func stop() {
    state.withLock { $0.isStopped = true }
    orders.raise()
  }

  /// The owners that were found since the last call, by the keys of their sockets, and why there are none if the search
  /// failed.
  func take() -> (found: [UInt64: WatchOwner], failure: String?) {
    arrivals.clear()
    return state.withLock { state in
      defer { state.found = [:] }
      return (state.found, state.failure)
    }
  }

  private func run() {
    do throws(CommandFailure) {
      var finder = try CommandFailure.findingHolders { () throws(SocketOwnersError) in try OwnerFinder() }
      while true {
        orders.wait(for: nil)
        let (wanted, isStopped) = state.withLock { state in
          defer { state.wanted = nil }
          return (state.wanted, state.isStopped)
        }
        if isStopped { return }
        guard let wanted, !wanted.isEmpty else { continue }
        let began = ContinuousClock.now
        let book = try HolderBook(repeatedly: wanted.map(\.socket), by: &finder)
        let found = wanted.map { ($0.key, WatchOwner(book.list(of: $0.socket))) }
        state.withLock { state in
          for (key, owner) in found { state.found[key] = owner }
        }
        arrivals.raise()
        // A search reads files of all processes, so it may take a tenth of the time.
        pause(max(.milliseconds(200), (ContinuousClock.now - began) * 10))
      }
    } catch {
      state.withLock { $0.failure = error.message }
      arrivals.raise()
    }
  }

  private func pause(_ time: Duration) {
    let end = ContinuousClock.now + time
    while end > .now, !state.withLock({ $0.isStopped }) { orders.wait(for: end - .now) }
    orders.raise()
  }
}

extension WatchOwner {
  init(_ list: HolderList) {
    guard let first = list.entries.first else {
      var text: [UInt8] = []
      text.append(list)
      self.init(label: text, isHidden: list.reasons?.takesPrivilege == true)
      return
    }
    var label: [UInt8] = []
    label.append(process: first)
    label.append(UInt8(ascii: ")"))
    let others = Set(list.entries.map(\.holder.pid)).count - 1
    if others > 0 { label += Array("+\(others)".utf8) }
    var detail = DetailText(bytes: [], lineStart: "\n")
    for group in list.byProcess { detail.append(group) }
    self.init(label: label, details: detail.bytes)
  }
}
