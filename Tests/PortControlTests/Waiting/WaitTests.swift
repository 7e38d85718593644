import BindDiagnosis
import Foundation
import Glibc
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import SocketOwners
import Synchronization
import Testing

@testable import PortControl

/// Waits for real sockets, in a namespace of their own.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct WaitTests {
  private static let place = LabEndpoint(.loopbackV4, 8080)

  private static func request(_ options: BindOptions = []) -> BindRequest {
    BindRequest(.tcp, SocketAddress(.anyV4, port: 8080), options: options, uid: 0)
  }

  /// Calls bind() again and again on a thread of the same namespace, and keeps the time of the first success.
  private final class BindLoop: Sendable {
    private let time = Mutex<ContinuousClock.Instant?>(nil)
    private let isOver = Atomic<Bool>(false)

    /// A thread inherits the namespace of the one that starts it.
    init(_ request: BindRequest) {
      Thread {
        while !self.isOver.load(ordering: .relaxed) {
          if (try? ProcessStarts.heldOff({ try BindProbe.outcome(of: request) })) == 0 {
            self.time.withLock { $0 = .now }
            return
          }
          usleep(2_000)
        }
      }.start()
    }

    /// When it succeeded. It waits a while, since the thread may not have run yet.
    func success() -> ContinuousClock.Instant? {
      let end = ContinuousClock.now + .seconds(20)
      while .now < end {
        if let time = time.withLock({ $0 }) { return time }
        usleep(2_000)
      }
      isOver.store(true, ordering: .relaxed)
      return nil
    }
  }

  /// Threads that only sleep, and measure how late the machine wakes them. There are enough of them for every
  /// processor.
  private final class Sleepers: Sendable {
    private let delays = Mutex<[Range<ContinuousClock.Instant>]>([])
    private let isOver = Atomic<Bool>(false)

    init() {
      for _ in 0..<8 {
        Thread {
          while !self.isOver.load(ordering: .relaxed) {
            let due = ContinuousClock.now + .milliseconds(20)
            usleep(20_000)
            let end = ContinuousClock.now
            if end > due { self.delays.withLock { $0.append(due..<end) } }
          }
        }.start()
      }
    }

    func end() { isOver.store(true, ordering: .relaxed) }

    /// The longest standstill of the machine between two moments, the first of which may be the later one.
    func longestDelay(from begin: ContinuousClock.Instant, to end: ContinuousClock.Instant) -> Duration {
      let time = begin..<max(begin, end)
      let delays = delays.withLock { $0.filter(time.overlaps) }
      return delays.map { $0.lowerBound.duration(to: $0.upperBound) }.max() ?? .zero
    }
  }

  private struct Account: Sendable {
    var outcome: WaitOutcome
    var sleeps: Int
    /// From the first bind() that succeeded to the end of the wait.
    var delay: Duration
    /// The longest standstill of the machine meanwhile, during which no look is possible.
    var standstill: Duration
    var time: Duration
  }

  /// Leaves a record of a closed connection on the port, by closing the server's side first, and waits until it is
  /// gone.
  private func waitForRecord(inFinWait2 isFinWait2: Bool) async throws -> Account {
    try await Laboratory.withNew { laboratory in
      if isFinWait2 { try laboratory.namespace.set("net.ipv4.tcp_fin_timeout", to: 5) }
      let pair = try laboratory.connectedPair(to: Self.place)
      let client = try pair.client.local()
      pair.listener.close()
      let begin = ContinuousClock.now
      pair.server.close()
      if !isFinWait2 {
        try pair.client.discard()
        pair.client.close()
      }
      // Without a record there is no timer yet.
      let state: LabState = isFinWait2 ? .finWait2 : .timeWait
      try laboratory.wait(for: [.brought(to: state, local: Self.place, remote: client, closed: true)])
      let (binds, sleepers) = (BindLoop(Self.request()), Sleepers())
      defer { sleepers.end() }
      var goal = try FreePortGoal([Self.request()], probes: false)
      var waiter = Waiter(timeout: .seconds(90), in: QuietHost())
      let outcome = try waiter.wait(for: &goal)
      let end = ContinuousClock.now
      let success = try #require(binds.success())
      return withExtendedLifetime(pair) {
        Account(
          outcome: outcome, sleeps: waiter.sleeps, delay: success.duration(to: end),
          standstill: sleepers.longestDelay(from: success, to: end), time: begin.duration(to: end))
      }
    }
  }

  /// The kernel keeps an orphan in FIN_WAIT2 like one in TIME_WAIT, but for a time that can be set.
  @Test func recordInFinWait2IsWaitedForUntilItsTimer() async throws {
    let account = try await waitForRecord(inFinWait2: true)
    #expect(account.outcome == .reached)
    #expect(account.time >= .seconds(4.9))
    // The timer wakes it, not the check. The promised second is tested with the full minute below.
    #expect(account.delay < LookSchedule.checkOfHolders)
    // Each half second of delay by the kernel takes one look.
    #expect(account.sleeps < 10 + Int((account.time - .seconds(5)) / .milliseconds(500)))
  }

  /// TIME_WAIT takes a minute, which cannot be set.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["SOCKDIAG_SLOW_TESTS"] == "1", "takes a minute"))
  func aMinuteInTimeWaitTakesLessThanTwentyWakes() async throws {
    let account = try await waitForRecord(inFinWait2: false)
    #expect(account.outcome == .reached)
    #expect(account.time >= .seconds(59))
    #expect(account.delay < .seconds(1) + account.standstill)
    #expect(account.sleeps < 20)
    print(
      "free after \(account.time), seen \(account.delay) after the first bind(), in which the machine stood still for"
        + " \(account.standstill); \(account.sleeps) sleeps")
  }

  /// With a `tcp_fin_timeout` of more than a minute the kernel keeps the whole socket, which has a timer too.
  @Test func orphanThatWaitsLongerThanAMinuteHasATimer() async throws {
    let status = try await Laboratory.withNew { laboratory in
      try laboratory.namespace.set("net.ipv4.tcp_fin_timeout", to: 90)
      let pair = try laboratory.connectedPair(to: Self.place)
      let client = try pair.client.local()
      pair.listener.close()
      pair.server.close()
      let orphan = ExpectedSocket(.tcp, .finWait2, Self.place, client) { socket in
        socket.isOrphan = true
        socket.timer = .keepAlive
      }
      try laboratory.wait(for: [orphan])
      var goal = try FreePortGoal([Self.request()], probes: false)
      let sight = try goal.look()
      return try withExtendedLifetime(pair) {
        guard case .notYet(let status) = sight else { throw LaboratoryError(.system, "free") }
        return status
      }
    }
    let expected = try #require(status.expected)
    #expect(expected > .zero && expected <= .seconds(31))
  }

  /// A socket that is missing from the list may block.
  @Test func incompleteListIsNotFree() async throws {
    let diagnosis = try await Laboratory.withNew { _ in
      var diagnostician = try Diagnostician()
      return try diagnostician.diagnose(Self.request())
    }
    #expect(try FreePortGoal.areFree([diagnosis]))
    var incomplete = diagnosis
    incomplete.blindSpots.insert(.incompleteList)
    #expect(try !FreePortGoal.areFree([incomplete]))
    #expect(try !FreePortGoal.areFree([diagnosis, incomplete]))
  }

  /// A port that is released after the wait has begun.
  private struct Released: WaitGoal, ~Copyable {
    var goal: FreePortGoal
    let release: () -> Void
    var looks = 0
    var wasWoken = false

    var descriptors: [Int32] { goal.descriptors }

    mutating func drainEvents() -> Bool {
      let isLookDue = goal.drainEvents()
      if isLookDue { wasWoken = true }
      return isLookDue
    }

    mutating func look() throws(PortControlError) -> LookResult {
      looks += 1
      let sight = try goal.look()
      // At the second look it has subscribed to events.
      if looks == 2 { release() }
      return sight
    }
  }

  @Test(arguments: ["listener", "bound", "connection"])
  func endOfASocketWakesTheWait(_ kind: String) async throws {
    let (outcome, wasWoken, sleeps) = try await Laboratory.withNew { laboratory in
      let sockets: [LabSocket]
      switch kind {
      case "listener": sockets = [try laboratory.tcpListener(on: Self.place)]
      case "bound": sockets = [try laboratory.boundSocket(to: Self.place)]
      default:
        let other = LabEndpoint(.loopbackV4, 9090)
        let pair = try laboratory.connectedPair(to: other, from: Self.place)
        // The side that closes second leaves no record.
        pair.server.close()
        try pair.client.discard()
        pair.listener.close()
        sockets = [pair.client]
      }
      var goal = Released(
        goal: try FreePortGoal([Self.request()], probes: false), release: { sockets.forEach { $0.close() } })
      var waiter = Waiter(timeout: .seconds(30), in: QuietHost())
      let outcome = try waiter.wait(for: &goal)
      return (outcome, goal.wasWoken, waiter.sleeps)
    }
    #expect(outcome == .reached)
    #expect(wasWoken)
    #expect(sleeps < 10)
  }

  @Test func endOfOtherSocketsCausesNoLook() async throws {
    let (looks, outcome) = try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: Self.place)
      var goal = Released(goal: try FreePortGoal([Self.request()], probes: false), release: {})
      var waiter = Waiter(timeout: .seconds(1), in: QuietHost())
      return try withExtendedLifetime(listener) {
        let churn = Churn()
        defer { churn.end() }
        let outcome = try waiter.wait(for: &goal)
        return (goal.looks, outcome)
      }
    }
    // One look at the beginning, one after the subscription and one at the end. Hundreds of other sockets end
    // meanwhile.
    #expect(outcome == .timedOut && looks <= 3)
  }

  /// Sockets on another port that come and go on a thread of the same namespace.
  private final class Churn: Sendable {
    private let isOver = Atomic<Bool>(false)
    private let done = DispatchSemaphore(value: 0)

    init() {
      Thread {
        let request = BindRequest(.tcp, SocketAddress(.anyV4, port: 9090), uid: 0)
        while !self.isOver.load(ordering: .relaxed) {
          _ = try? BindProbe.outcome(of: request)
          usleep(2_000)
        }
        self.done.signal()
      }.start()
    }

    func end() {
      isOver.store(true, ordering: .relaxed)
      done.wait()
    }
  }

  @Test func withoutEventsTheWaitStillEnds() async throws {
    let outcome = try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: Self.place)
      var goal = Released(
        goal: try FreePortGoal([Self.request()], probes: false, watch: WaitEventTests.watchWithoutEvents),
        release: { listener.close() })
      var waiter = Waiter(timeout: .seconds(30), in: QuietHost())
      return try waiter.wait(for: &goal)
    }
    #expect(outcome == .reached)
  }

  /// With SO_REUSEADDR the answer depends on the socket that the record came from, which is gone.
  @Test func undecidedPortIsWaitedForUnlessAProbeDecides() async throws {
    let (plain, diagnoses, probed) = try await Laboratory.withNew { laboratory in
      let pair = try laboratory.connectedPair(to: Self.place, serverOptions: [.reuseAddress])
      let client = try pair.client.local()
      pair.listener.close()
      pair.server.close()
      try laboratory.wait(for: [.brought(to: .finWait2, local: Self.place, remote: client, closed: true)])
      func wait(probes: Bool) throws -> WaitResult {
        try PortWait(.free([Self.request(.reuseAddress)], probes: probes), timeout: .milliseconds(300)).wait()
      }
      let (plain, probed) = (try wait(probes: false), try wait(probes: true))
      return withExtendedLifetime(pair) { (plain.outcome, plain.diagnoses, probed.outcome) }
    }
    #expect(plain == .timedOut && probed == .reached)
    #expect(diagnoses.verdict == .depends)
    #expect(diagnoses.map(\.dependence) == ["whether the other side has SO_REUSEADDR"])
  }
}
