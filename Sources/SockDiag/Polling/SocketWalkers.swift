internal import Glibc
internal import SockDiagWire
internal import Synchronization

/// Reads the sockets of a busy host with two threads.
///
/// The kernel walks its tables on the thread that asks, so two threads that ask for different sockets need less time than
/// one: 0.75 of it, with 1.2 times the processor time. That pays on a host with processors to spare. Where the second
/// thread has to wait for a processor, and on hosts with few sockets, one thread does the work.
///
/// The dump is divided by ports, at the median of those seen last, so the first one is made by one thread.
///
/// ```swift
/// var walkers = try SocketWalkers()
/// while true {
///   let dump = try walkers.dump(SocketQuery(.tcp))
///   print(dump.sockets.count, walkers.lastWalkerCount)
/// }
/// ```
public struct SocketWalkers: ~Copyable, Sendable {
  /// The least number of sockets for which a second thread is used. Below it the second walk over the kernel's empty
  /// tables costs more than it saves.
  public static var leastCount: Int { 8_000 }
  /// The number of dumps after which a second thread is tried again, if it had to wait for a processor.
  public static var retryInterval: Int { 16 }

  private var first: SocketInspector
  private let second: SecondWalker
  private var split = PortSplit()
  private var division: PortSplit.Division?
  private var lastQuery: SocketQuery?
  /// The dumps left until a second thread is tried again.
  private var rest = 0
  /// The number of threads that made the last dump: 1 or 2.
  public private(set) var lastWalkerCount = 1

  /// Opens two inspectors in the network namespace of the calling thread.
  ///
  /// - Throws: ``SockDiagError``.
  public init() throws(SockDiagError) { try self.init(SocketInspector(), SocketInspector()) }

  /// Takes over two inspectors of one network namespace.
  ///
  /// - Throws: ``SockDiagError`` where the limit of threads is reached.
  public init(_ first: consuming SocketInspector, _ second: consuming SocketInspector) throws(SockDiagError) {
    self.first = first
    self.second = try SecondWalker(second)
  }

  /// Collects all matching sockets, each once, as ``SocketInspector`` does. The order is another one where two threads
  /// made the dump.
  ///
  /// - Throws: ``SockDiagError``.
  public mutating func dump(_ query: SocketQuery) throws(SockDiagError) -> SocketDump {
    if query != lastQuery {
      division = nil
      lastQuery = query
    }
    rest = max(rest - 1, 0)
    guard let division, rest == 0 else {
      lastWalkerCount = 1
      let dump = try first.dump(query)
      learn(dump.sockets, from: dump.source)
      return dump
    }
    lastWalkerCount = 2
    var parts = (query, query)
    parts.0.filter = query.filter && division.filter(first: true)
    parts.1.filter = query.filter && division.filter(first: false)
    let ticket = second.begin(parts.1)
    // Both are awaited, whatever happens.
    let own = WalkerResult { () throws(SockDiagError) in try first.dump(parts.0) }
    let other = second.finish(ticket)
    var dump = try own.dump.get()
    let rest = try other.dump.get()
    // Memory is had once, not in steps.
    dump.sockets.reserveCapacity(dump.sockets.count + rest.sockets.count)
    dump.sockets.append(contentsOf: rest.sockets)
    dump.defects.formUnion(rest.defects)
    if rest.source == .procNet { dump.source = .procNet }
    if own.waited || other.waited { self.rest = Self.retryInterval }
    learn(dump.sockets, from: dump.source)
    return dump
  }

  /// Chooses the division for the next dump.
  private mutating func learn(_ sockets: [InetSocket], from source: SocketSource) {
    guard source == .sockDiag, sockets.count >= Self.leastCount else {
      division = nil
      return
    }
    split.removeAll()
    // Every eighth tells enough about the median.
    for index in stride(from: 0, to: sockets.count, by: 8) { split.add(sockets[index]) }
    // A division that leaves one walker most of the work gains nothing. One that is good enough is kept, because another
    // one would be another program for the kernel.
    guard let best = split.best, best.share < 0.7 else {
      division = nil
      return
    }
    if let division, split.share(of: division) < best.share + 0.05 { return }
    division = best.division
  }
}

/// What a walker found, and whether it had to wait for a processor.
private struct WalkerResult: Sendable {
  var dump: Result<SocketDump, SockDiagError>
  var waited: Bool

  init(_ walk: () throws(SockDiagError) -> SocketDump) {
    let began = ContinuousClock.now
    let worked = Self.processorTime
    do throws(SockDiagError) { dump = .success(try walk()) } catch { dump = .failure(error) }
    let time = ContinuousClock.now - began
    // A walk never sleeps: time in which the thread did not run is time in which another thread had its processor.
    waited = time > (Self.processorTime - worked) * 5 / 4 + .milliseconds(2)
  }

  private static var processorTime: Duration {
    var time = timespec()
    // SAFETY: the call writes the one structure.
    _ = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }
}

/// An inspector on a thread of its own.
private final class SecondWalker: Sendable {
  private let executor: SerialWorker
  private let inspector: Mutex<SocketInspector>

  init(_ inspector: consuming SocketInspector) throws(SockDiagError) {
    self.inspector = Mutex(inspector)
    executor = try SerialWorker("sockdiag-walk")
  }

  func begin(_ query: SocketQuery) -> SerialWorker.Ticket<WalkerResult> {
    executor.begin { [self] in
      inspector.withLock { inspector in
        WalkerResult { () throws(SockDiagError) in try inspector.dump(query) }
      }
    }
  }

  func finish(_ ticket: SerialWorker.Ticket<WalkerResult>) -> WalkerResult { ticket.wait() }
}
