internal import Glibc
internal import SockDiag
internal import SocketOwners

/// Writes samples as lines of text.
struct WatchLines: ~Copyable {
  private let sampler: WatchSampler
  private let count: Int?
  private var finder: OwnerFinder?
  private var text: WatchLineText
  private var output = ByteOutput()

  init(
    _ request: WatchRequest, in scope: WatchScope, count: Int?
  ) throws(CommandFailure) {
    self.count = count
    do throws(SockDiagError) { sampler = try WatchSampler(request, in: scope) } catch {
      throw CommandFailure(error)
    }
    finder = try? OwnerFinder()
    text = WatchLineText(interfaces: InterfaceNames(.host))
  }

  /// Runs until a signal or the count ends it.
  consuming func run() throws(CommandFailure) {
    let interruption = try Interruption()
    try sampler.start()
    var left = count ?? .max
    var reported: Set<String> = []
    while left > 0 {
      switch interruption.wait(forAnyOf: [sampler.arrivals.descriptor], output: STDOUT_FILENO, milliseconds: nil) {
      case .ready, .timeUp: break
      case .interrupted: return sampler.stop()
      case .abandoned: ByteOutput.endByBrokenPipe()
      }
      // The first look has no rates.
      guard let sample = try sampler.take(), sample.elapsed != nil else { continue }
      // Each once. Some have numbers in them, so that there can be many in a long run.
      if reported.count > 1_000 { reported = [] }
      for remark in sample.remarks where reported.insert(remark).inserted { Diagnostics.report(remark) }
      text.append(sample, owners(of: sample.rows), to: &output.bytes)
      // Waits here and not in write(), so that an interruption ends the command although the reader is slow.
      switch interruption.wait(STDOUT_FILENO, for: POLLOUT) {
      case .ready, .timeUp: try output.flush()
      case .interrupted: return sampler.stop()
      case .abandoned: ByteOutput.endByBrokenPipe()
      }
      left -= 1
    }
    sampler.stop()
  }

  /// The processes of rows, by their keys; of those that can be found.
  private mutating func owners(of rows: [WatchRow]) -> [UInt64: WatchOwner] {
    guard var finder = finder.take() else { return [:] }
    let held = rows.filter { $0.socket.inode != 0 }
    let book = try? HolderBook(repeatedly: held.map(\.socket), by: &finder)
    self.finder = .some(consume finder)
    guard let book else { return [:] }
    return Dictionary(
      held.map { ($0.key, WatchOwner(book.list(of: $0.socket))) }, uniquingKeysWith: { first, _ in first })
  }
}
