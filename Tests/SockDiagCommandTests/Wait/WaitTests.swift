import BindDiagnosis
import Foundation
import Glibc
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import SocketOwners
import Synchronization
import Testing

@testable import SockDiagCommand

/// How long a wait sleeps beside real sockets, in a namespace of its own.
@Suite(.enabled(if: NetworkNamespace.isPermitted, "needs the right to make network namespaces"))
struct WaitTests {
  private static let place = LabEndpoint(.loopbackV4, 8080)

  private static func request(_ options: BindOptions = []) -> BindRequest {
    BindRequest(.tcp, SocketAddress(.anyV4, port: 8080), options: options, uid: 0)
  }

  /// Binds over and over on a thread of the same namespace, and keeps the time at which it first succeeded.
  private final class BindLoop: Sendable {
    private let time = Mutex<ContinuousClock.Instant?>(nil)
    private let isOver = Atomic<Bool>(false)

    /// A thread inherits the namespace of the one that starts it.
    init(_ request: BindRequest) {
      Thread {
        while !self.isOver.load(ordering: .relaxed) {
          if (try? BindProbe.quietOutcome(of: request)) == 0 {
            self.time.withLock { $0 = .now }
            return
          }
          usleep(2_000)
        }
      }.start()
    }

    /// When it succeeded, given time for the case that it has just not been its turn.
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

  /// Threads that only sleep: by how much they wake too late is the machine's doing. Enough of them to have some on every
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

    /// For how long the machine stood still at most between two moments, the first of which may be the later one.
    func longestDelay(from begin: ContinuousClock.Instant, to end: ContinuousClock.Instant) -> Duration {
      let time = begin..<max(begin, end)
      let delays = delays.withLock { $0.filter(time.overlaps) }
      return delays.map { $0.lowerBound.duration(to: $0.upperBound) }.max() ?? .zero
    }
  }

  private struct Account: Sendable {
    var outcome: Waiter.Outcome
    var sleeps: Int
    /// From the first bind() that succeeded to the end of the wait.
    var delay: Duration
    /// For how long the machine stood still meanwhile: for so long nobody can have looked.
    var standstill: Duration
    var time: Duration
  }

  /// Leaves a small record behind on the port, by closing the server's side first, and waits until it is gone.
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
      // Before there is one, nobody knows when it will be gone.
      let state: LabState = isFinWait2 ? .finWait2 : .timeWait
      try laboratory.wait(for: [.brought(to: state, local: Self.place, remote: client, closed: true)])
      let (binds, sleepers) = (BindLoop(Self.request()), Sleepers())
      defer { sleepers.end() }
      var goal = try FreePort([Self.request()], probes: false, hint: "")
      var waiter = Waiter(timeout: .seconds(90), progress: .hidden, interruption: .none)
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

  /// The kernel keeps an orphan in FIN_WAIT2 as it does TIME_WAIT, but for a time that can be set.
  @Test func aRecordIsSleptOut() async throws {
    let account = try await waitForRecord(inFinWait2: true)
    #expect(account.outcome == .isSo)
    #expect(account.time >= .seconds(4.9))
    // Its timer wakes it, not the check; the second that is promised is held to where the minute is slept out.
    #expect(account.delay < LookSchedule.checkOfHolders)
    // Each half second by which the kernel is late takes a look.
    #expect(account.sleeps < 10 + Int((account.time - .seconds(5)) / .milliseconds(500)))
  }

  /// TIME_WAIT itself is a minute, which nobody can change.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["SOCKDIAG_SLOW_TESTS"] == "1", "takes a minute"))
  func aMinuteInTimeWaitTakesLessThanTwentyWakes() async throws {
    let account = try await waitForRecord(inFinWait2: false)
    #expect(account.outcome == .isSo)
    #expect(account.time >= .seconds(59))
    #expect(account.delay < .seconds(1) + account.standstill)
    #expect(account.sleeps < 20)
    print(
      "free after \(account.time), seen \(account.delay) after the first bind(), in which the machine stood still for"
        + " \(account.standstill); \(account.sleeps) sleeps")
  }

  /// Fifty fresh records, each waited for by a command of its own without a time given: all are seen to go, and none late.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["SOCKDIAG_SLOW_TESTS"] == "1", "takes a minute"))
  func fiftyRecordsInTimeWaitAreSeenToGo() async throws {
    let tool = try Tool.path
    let result = try await Laboratory.withNew { laboratory in
      for port in 9000..<9050 { try laboratory.leaveTimeWait(on: LabEndpoint(.loopbackV4, UInt16(port))) }
      return try laboratory.namespace.run(["python3", "-c", Self.fiftyWaits, tool], timeout: .seconds(200))
    }
    #expect(result.status == 0, "\(result.errorText)")
    let delays = result.outputText.split(separator: "\n").compactMap { Double($0.split(separator: " ").last ?? "") }
    // The last line says for how long the machine stood still at most, in which nobody can have looked.
    #expect(delays.count == 51, "\(result.outputText)")
    let standstill = delays.last ?? 0
    for delay in delays.dropLast() { #expect(delay < 1 + standstill) }
    print("fifty waits ended up to \(delays.dropLast().max() ?? 0) s after the kernel; standstill \(standstill) s")
  }

  /// Prints for each port how long its wait ended after the kernel had let go of the last record; fails if a wait fails.
  private static let fiftyWaits = """
    import subprocess, sys, threading, time
    ports = range(9000, 9050)
    ends, statuses, standstill = {}, {}, 0
    def wait(port):
      statuses[port] = subprocess.run([sys.argv[1], "wait", str(port), "--free", "--as", "c"]).returncode
      ends[port] = time.monotonic()
    threads = [threading.Thread(target=wait, args=[port]) for port in ports]
    for thread in threads: thread.start()
    gone, present = {}, set(ports)
    while present and any(thread.is_alive() for thread in threads):
      before = time.monotonic()
      rows = [line.split() for line in open("/proc/net/tcp").read().splitlines()[1:]]
      seen = {int(row[1].split(":")[1], 16) for row in rows if row[3] == "06"}
      for port in present - seen: gone[port] = before
      present &= seen
      due = before + 0.02
      time.sleep(max(due - time.monotonic(), 0))
      if len(present) < len(ports): standstill = max(standstill, time.monotonic() - due)
    for thread in threads: thread.join()
    for port in ports: print(port, statuses[port], ends[port] - gone.get(port, 0))
    print("standstill", standstill)
    sys.exit(any(statuses.values()) or bool(present))
    """

  /// With a `tcp_fin_timeout` of more than a minute the kernel keeps the rest of it in another form, with a timer too.
  @Test func orphanThatWaitsLongerThanAMinuteHasATimer() async throws {
    let prospect = try await Laboratory.withNew { laboratory in
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
      var goal = try FreePort([Self.request()], probes: false, hint: "")
      let sight = try goal.look()
      return try withExtendedLifetime(pair) {
        guard case .notYet(let prospect) = sight else { throw Tool.Failure(what: "free") }
        return prospect
      }
    }
    let expected = try #require(prospect.expected)
    #expect(expected > .zero && expected <= .seconds(31))
  }

  /// What the list lacks may be what blocks.
  @Test func incompleteListIsNotFree() async throws {
    let diagnosis = try await Laboratory.withNew { _ in
      var diagnostician = try Diagnostician()
      return try diagnostician.diagnose(Self.request())
    }
    #expect(try FreePort.isFree([diagnosis], ""))
    var incomplete = diagnosis
    incomplete.blindSpots.insert(.incompleteList)
    #expect(try !FreePort.isFree([incomplete], ""))
    #expect(try !FreePort.isFree([diagnosis, incomplete], ""))
  }

  /// A port that somebody lets go of after the wait has begun.
  private struct Released: Awaited, ~Copyable {
    var goal: FreePort
    let release: () -> Void
    var looks = 0
    var hasHeard = false

    var descriptors: [Int32] { goal.descriptors }

    mutating func hear() -> Bool {
      let hears = goal.hear()
      if hears { hasHeard = true }
      return hears
    }

    mutating func look() throws -> Sight {
      looks += 1
      let sight = try goal.look()
      // By the second look it listens to what ends.
      if looks == 2 { release() }
      return sight
    }
  }

  @Test(arguments: ["listener", "bound", "connection"])
  func theEndOfASocketIsHeardAndWakesIt(_ kind: String) async throws {
    let (outcome, hasHeard, sleeps) = try await Laboratory.withNew { laboratory in
      let sockets: [LabSocket]
      switch kind {
      case "listener": sockets = [try laboratory.tcpListener(on: Self.place)]
      case "bound": sockets = [try laboratory.boundSocket(to: Self.place)]
      default:
        let other = LabEndpoint(.loopbackV4, 9090)
        let pair = try laboratory.connectedPair(to: other, from: Self.place)
        // Who closes second leaves nothing behind.
        pair.server.close()
        try pair.client.discard()
        pair.listener.close()
        sockets = [pair.client]
      }
      var goal = Released(
        goal: try FreePort([Self.request()], probes: false, hint: ""), release: { sockets.forEach { $0.close() } })
      var waiter = Waiter(timeout: .seconds(30), progress: .hidden, interruption: .none)
      let outcome = try waiter.wait(for: &goal)
      return (outcome, goal.hasHeard, waiter.sleeps)
    }
    #expect(outcome == .isSo)
    #expect(hasHeard)
    #expect(sleeps < 10)
  }

  @Test func otherSocketsThatEndDoNotMakeItLook() async throws {
    let (looks, outcome) = try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: Self.place)
      var goal = Released(goal: try FreePort([Self.request()], probes: false, hint: ""), release: {})
      var waiter = Waiter(timeout: .seconds(1), progress: .hidden, interruption: .none)
      return try withExtendedLifetime(listener) {
        let churn = Churn()
        defer { churn.end() }
        let outcome = try waiter.wait(for: &goal)
        return (goal.looks, outcome)
      }
    }
    // At the beginning, when it hears, and at the end; a slow machine comes to the end sooner. The others are hundreds.
    #expect(outcome == .timeUp && looks <= 3)
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

  @Test func withoutAnnouncementsItStillSees() async throws {
    let outcome = try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: Self.place)
      var goal = Released(
        goal: try FreePort([Self.request()], probes: false, hint: "", watch: WaitHearingTests.deafWatch),
        release: { listener.close() })
      var waiter = Waiter(timeout: .seconds(30), progress: .hidden, interruption: .none)
      return try waiter.wait(for: &goal)
    }
    #expect(outcome == .isSo)
  }

  /// With SO_REUSEADDR it hangs on the socket that the record came from, and nobody knows that any more.
  @Test func whatDependsIsWaitedForUnlessABindDecides() async throws {
    let (plain, remarks, probed) = try await Laboratory.withNew { laboratory in
      let pair = try laboratory.connectedPair(to: Self.place, serverOptions: [.reuseAddress])
      let client = try pair.client.local()
      pair.listener.close()
      pair.server.close()
      try laboratory.wait(for: [.brought(to: .finWait2, local: Self.place, remote: client, closed: true)])
      func wait(probes: Bool, tell: @escaping (String) -> Void) throws -> Waiter.Outcome {
        var goal = try FreePort([Self.request(.reuseAddress)], probes: probes, hint: "")
        var waiter = Waiter(timeout: .milliseconds(300), progress: .hidden, interruption: .none, tell: tell)
        return try waiter.wait(for: &goal)
      }
      var remarks: [String] = []
      let plain = try wait(probes: false) { remarks.append($0) }
      let probed = try wait(probes: true) { _ in }
      return withExtendedLifetime(pair) { (plain, remarks, probed) }
    }
    #expect(plain == .timeUp && probed == .isSo)
    #expect(
      remarks == [
        "whether it is free depends on whether the other side has SO_REUSEADDR, so the wait goes on; with --probe a"
          + " bind() decides"
      ])
  }
}
