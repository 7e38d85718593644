import CFloor
import CHarness
import FoundationEssentials
import SockDiag

/// Ten looks a second at a host where connections come and go: what it costs, and whether anything is missed.
struct PollingUnderChurn: Codable {
  let longLived: Int
  let connectionsPerSecond: Int
  let seconds: Int
  /// The shares of one processor, in percent.
  var shares: [Share] = []
  /// The rounds of the tracker.
  var rounds = 0
  var skipped = 0
  /// The short connections that were made, and those whose end was reported with their bytes.
  var made = 0
  var accounted = 0
  /// Ends that the kernel could not announce.
  var missedEnds = 0
  /// Rounds in which a long-lived socket was missing or double.
  var wrongRounds = 0
  var residentBytesBefore = 0
  var residentBytesAfter = 0

  struct Share: Codable {
    var what: String
    var percent: Double
  }

  enum CodingKeys: String, CodingKey {
    case longLived = "long_lived"
    case connectionsPerSecond = "connections_per_second"
    case seconds, shares, rounds, skipped, made, accounted
    case missedEnds = "missed_ends"
    case wrongRounds = "wrong_rounds"
    case residentBytesBefore = "resident_bytes_before"
    case residentBytesAfter = "resident_bytes_after"
  }

  /// Bytes of each short connection.
  private static let bytes = 1_000
  /// The port of the server of short connections.
  private static let port: UInt16 = 7

  init(longLived: Int, connectionsPerSecond: Int, seconds: Int, churn: String, ss: String?) throws {
    (self.longLived, self.connectionsPerSecond, self.seconds) = (longLived, connectionsPerSecond, seconds)
    try track(churn)
    try compare(
      churn, "the kernel alone: bare C, not decoded", FloorDump(states: States.all, extensions: Extensions.info))
    try compare(churn, "SockDiag: streamed, with details", try OurStream(.all, details: .tcpInfo))
    if let ss {
      let command = Command(path: ss, arguments: ["-tan"])
      try compare(
        churn, "ss -tan, started anew each time",
        SpawnedCommand(command, name: command.name, role: .other, headerLines: 1, pace: 1), inChildren: true)
    }
  }

  /// A tracker with announcements, polled ten times a second.
  private mutating func track(_ program: String) throws {
    var inspector = try SocketInspector()
    var tracker = SocketTracker(
      SocketQuery(.tcp, states: .all, details: .tcpInfo), ends: try SocketEvents(.tcp, receiveBuffer: 16 << 20))
    _ = try tracker.update(&inspector) { _ in }
    residentBytesBefore = harness_resident_bytes()
    let churn = try Churn(program, connectionsPerSecond, Self.bytes)
    let began = harness_processor_seconds(false)
    var pacing = Pacing()
    while pacing.elapsed < Double(seconds) {
      skipped += pacing.wait()
      try look(&tracker, &inspector)
    }
    let used = harness_processor_seconds(false) - began
    shares.append(Share(what: "SockDiag: a tracker's round, with details", percent: used / pacing.elapsed * 100))
    made = try churn.finish()
    // What ended last is announced soon.
    for _ in 0..<10 {
      _ = pacing.wait()
      try look(&tracker, &inspector)
    }
    residentBytesAfter = harness_resident_bytes()
  }

  private mutating func look(
    _ tracker: inout SocketTracker, _ inspector: inout SocketInspector
  ) throws {
    var stable = 0
    var ends = 0
    let round = try tracker.update(&inspector) { tracked in
      if tracked.socket.local.port == Self.port {
        // The kernel counts the end of the peer's stream as a byte.
        if tracked.isFinalRecord, tracked.socket.counters?.bytesReceived == UInt64(Self.bytes + 1) { ends += 1 }
      } else if tracked.change != .ended, tracked.socket.remote.port != Self.port {
        stable += 1
      }
    }
    accounted += ends
    rounds += 1
    missedEnds += round.missedEnds?.dropped ?? 0
    if stable != longLived { wrongRounds += 1 }
  }

  /// Another way to look, under the same churn.
  private mutating func compare(
    _ program: String, _ name: String, _ rival: any Rival, inChildren: Bool = false
  ) throws {
    let churn = try Churn(program, connectionsPerSecond, Self.bytes)
    let began = harness_processor_seconds(inChildren)
    var pacing = Pacing()
    while pacing.elapsed < Double(min(seconds, 20)) {
      _ = pacing.wait()
      _ = try rival.run()
    }
    shares.append(Share(what: name, percent: (harness_processor_seconds(inChildren) - began) / pacing.elapsed * 100))
    _ = try churn.finish()
  }

  var text: String {
    var table = TextTable(header: ["", "share of a processor"])
    for share in shares { table.add([share.what, "\((share.percent * 10).rounded() / 10) %"]) }
    return """
      Ten looks a second for \(seconds) s, beside \(longLived) long-lived sockets and \(connectionsPerSecond) new \
      connections a second (polling)
      \(table.text)
      \(rounds) rounds, \(skipped) left out; \(wrongRounds) of them missed a long-lived socket or had one twice
      \(made) short connections were made, \(accounted) are accounted for with their bytes; \(missedEnds) ends were not \
      announced
      resident memory \(residentBytesBefore / 1024) KiB before, \(residentBytesAfter / 1024) KiB after

      """
  }
}

/// Ticks of a tenth of a second.
private struct Pacing {
  private let start = ContinuousClock.now
  private var tick = 0

  var elapsed: Double { (ContinuousClock.now - start) / .seconds(1) }

  /// Waits for the next tick. Returns the number of ticks that were missed.
  mutating func wait() -> Int {
    tick += 1
    let missed = max(Int(elapsed * 10) - tick, 0)
    tick += missed
    let left = Double(tick) / 10 - elapsed
    if left > 0 { harness_sleep(left) }
    return missed
  }
}

/// The program that makes short connections.
private struct Churn: ~Copyable {
  private let process: harness_process

  init(_ program: String, _ rate: Int, _ bytes: Int) throws {
    let command = Command(path: program, arguments: ["\(rate)", "\(bytes)"])
    // SAFETY: the string lives through the call, and the callee keeps no pointer to it.
    process = unsafe harness_start(command.lines)
    guard process.pid > 0 else { throw BenchmarkError("cannot start \(program): \(errorText(process.pid))") }
    guard Farm.readLine(of: process) == "ready" else { throw BenchmarkError("connection-churn printed why it failed") }
  }

  /// Ends it, and returns how many connections it made.
  consuming func finish() throws -> Int {
    // SAFETY: the string lives through the call.
    guard unsafe harness_write(process, "end\n") == 0, let count = Int(Farm.readLine(of: process)) else {
      throw BenchmarkError("connection-churn printed above why it failed")
    }
    _ = harness_finish(process)
    return count
  }
}
