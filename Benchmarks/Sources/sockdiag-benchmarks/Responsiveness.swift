import CHarness
import Dispatch
import Foundation
import SockDiag
import Synchronization

/// How long an unrelated task waits while two clients dump sockets without a pause.
struct Responsiveness: Codable {
  let what: String
  let sockets: Int
  let checks: Int
  let medianMilliseconds: Double
  /// What 99 of 100 checks do not exceed.
  let lateMilliseconds: Double
  let worstMilliseconds: Double

  enum CodingKeys: String, CodingKey {
    case what, sockets, checks
    case medianMilliseconds = "median_ms"
    case lateMilliseconds = "p99_ms"
    case worstMilliseconds = "worst_ms"
  }

  /// The actor that the library offers, and one as anybody would write it first.
  static func measure(for duration: Duration) throws -> [Responsiveness] {
    let query = SocketQuery(.tcp, states: .all)
    let monitors = [try SocketMonitor(), try SocketMonitor()]
    let plain = [try PlainActor(), try PlainActor()]
    return [
      try measure("SocketMonitor: actors with threads of their own", duration) { index in
        try await monitors[index].dump(query).sockets.count
      },
      try measure("plain actors", duration) { index in try await plain[index].dump(query) },
    ]
  }

  private static func measure(
    _ what: String, _ duration: Duration, _ dump: @escaping @Sendable (Int) async throws -> Int
  ) throws -> Responsiveness {
    let result = Mutex<Result<Responsiveness, any Error>?>(nil)
    let end = DispatchSemaphore(value: 0)
    Task {
      do {
        let measured = try await check(what, duration, dump)
        result.withLock { $0 = .success(measured) }
      } catch {
        result.withLock { $0 = .failure(error) }
      }
      end.signal()
    }
    end.wait()
    guard let measured = result.withLock({ $0 }) else { throw BenchmarkError("no result") }
    return try measured.get()
  }

  private static func check(
    _ what: String, _ duration: Duration, _ dump: @escaping @Sendable (Int) async throws -> Int
  ) async throws -> Responsiveness {
    let until = ContinuousClock.now + duration
    let clients = (0..<2).map { index in
      Task {
        var count = 0
        while ContinuousClock.now < until { count = try await dump(index) }
        return count
      }
    }
    // The one who checks is outside, as a client of a server is, and asks for nothing but a thread.
    let waits = await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        var waits: [Duration] = []
        while ContinuousClock.now < until {
          harness_sleep(0.005)
          let answer = DispatchSemaphore(value: 0)
          let asked = ContinuousClock.now
          Task.detached { answer.signal() }
          answer.wait()
          waits.append(.now - asked)
        }
        continuation.resume(returning: waits.sorted())
      }
    }
    var sockets = 0
    for client in clients { sockets = try await client.value }
    return Responsiveness(
      what: what, sockets: sockets, checks: waits.count,
      medianMilliseconds: waits[waits.count / 2] / .milliseconds(1),
      lateMilliseconds: waits[waits.count * 99 / 100] / .milliseconds(1),
      worstMilliseconds: (waits.last ?? .zero) / .milliseconds(1))
  }
}

private actor PlainActor {
  private var inspector: SocketInspector

  init() throws { inspector = try SocketInspector() }

  func dump(_ query: SocketQuery) throws -> Int { try inspector.dump(query).sockets.count }
}

extension [Responsiveness] {
  var text: String {
    var table = TextTable(header: ["", "count", "checks", "median wait", "99 of 100", "worst wait"])
    for result in self {
      table.add([
        result.what, Units.count(result.sockets), Units.count(result.checks),
        Units.time(result.medianMilliseconds * 1e6), Units.time(result.lateMilliseconds * 1e6),
        Units.time(result.worstMilliseconds * 1e6),
      ])
    }
    return "An unrelated task beside two clients that dump without a pause (health)\n\(table.text)\n"
  }
}
