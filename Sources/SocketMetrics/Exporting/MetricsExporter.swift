internal import Glibc
public import SockDiag
internal import Synchronization

/// Shares one collector among those who ask for its metrics, on a thread of its own.
///
/// Whoever asks during a look gets the result of that look. So the cost does not grow with the number of askers, and a
/// look is never older than its own length.
///
/// Between looks the thread takes the kernel's announcements of ends, so none are dropped while nobody asks.
public final class MetricsExporter: Sendable {
  /// The metrics of a look, and their pages, each made once.
  public typealias Page = Result<[UInt8], SockDiagError>

  private let requests: Requests

  /// Starts the thread with a collector for the network namespace of the calling thread, and makes the first look, from
  /// which the counters begin.
  ///
  /// - Throws: `SockDiagError` if sockets cannot be read, or no thread can be started.
  public convenience init(_ configuration: MetricsConfiguration = MetricsConfiguration()) throws(SockDiagError) {
    try self.init(MetricsCollector(configuration))
  }

  /// Starts the thread with a collector.
  ///
  /// - Throws: `SockDiagError` if sockets cannot be read, or no thread can be started.
  public init(_ collector: consuming MetricsCollector) throws(SockDiagError) {
    var collector = collector
    _ = try collector.collect()
    let requests = try Requests()
    self.requests = requests
    let shared = Mutex(consume collector)
    try WorkerThread.start("sockdiag-metric") { shared.withLock { Self.serve(&$0, requests) } }
  }

  deinit { requests.close() }

  /// Calls a function with a page of metrics, on the exporter's thread.
  public func page(_ format: MetricsFormat, _ body: @escaping @Sendable (Page) -> Void) {
    requests.add { look in body(look.page(format)) }
  }

  /// Calls a function with the metrics, on the exporter's thread.
  public func families(_ body: @escaping @Sendable (Result<[MetricFamily], SockDiagError>) -> Void) {
    requests.add { look in body(look.families) }
  }

  /// The metrics of a look.
  private final class Look {
    let families: Result<[MetricFamily], SockDiagError>
    private var pages: [MetricsFormat: [UInt8]] = [:]

    init(_ families: Result<[MetricFamily], SockDiagError>) { self.families = families }

    func page(_ format: MetricsFormat) -> Page {
      families.map { families in
        if let page = pages[format] { return page }
        let page = format.page(families)
        pages[format] = page
        return page
      }
    }
  }

  /// The requests that wait for a look.
  private final class Requests: Sendable {
    typealias Answer = @Sendable (Look) -> Void

    private let waiting = Mutex<(answers: [Answer], isClosed: Bool)>(([], false))
    /// Raised when there is something to do.
    private let orders: Wakeup

    init() throws(SockDiagError) { orders = try Wakeup() }

    func add(_ answer: @escaping Answer) {
      waiting.withLock { $0.answers.append(answer) }
      orders.raise()
    }

    func close() {
      waiting.withLock { $0.isClosed = true }
      orders.raise()
    }

    var isClosed: Bool { waiting.withLock { $0.isClosed } }
    var isEmpty: Bool { waiting.withLock { $0.answers.isEmpty } }

    func take() -> [Answer] {
      waiting.withLock { state in
        let answers = state.answers
        state.answers = []
        return answers
      }
    }

    /// Waits until there is something to do or announcements wait.
    ///
    /// - Parameter descriptors: Those of the announcements; none while they rest.
    func wait(_ descriptors: [Int32], milliseconds: Int32) {
      var waits = ([orders.descriptor] + descriptors).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      // SAFETY: poll uses the given number of structures during the call.
      _ = unsafe poll(&waits, UInt(waits.count), milliseconds)
      if waits[0].revents != 0 { orders.clear() }
    }
  }

  /// After announcements were taken, the thread lets the next ones gather for so long, as it need not wake for each. At
  /// 20,000 ends a second they fill a third of the receive buffer.
  private static let restMilliseconds: Int32 = 50

  private static func serve(_ collector: inout MetricsCollector, _ requests: Requests) {
    var isResting = false
    while !requests.isClosed {
      requests.wait(isResting ? [] : collector.fileDescriptors, milliseconds: isResting ? restMilliseconds : -1)
      if requests.isEmpty {
        // An error here shows itself in the next look.
        if !isResting { try? collector.collectEnds() }
        isResting.toggle()
        continue
      }
      let look = Look(result(&collector))
      // Those who asked during the look are among them.
      for answer in requests.take() { answer(look) }
    }
  }

  private static func result(_ collector: inout MetricsCollector) -> Result<[MetricFamily], SockDiagError> {
    do throws(SockDiagError) { return .success(try collector.collect()) } catch { return .failure(error) }
  }
}
