import BindDiagnosis
import Glibc
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import SocketOwners
import Testing

@testable import PortControl

/// The events that a wait for a free port subscribes to, and the events that wake it.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct WaitEventTests {
  private static let place = LabEndpoint(.loopbackV4, 8080)

  private static func request(_ options: BindOptions = []) -> BindRequest {
    BindRequest(.tcp, SocketAddress(.anyV4, port: 8080), options: options, uid: 0)
  }

  private static func status(_ goal: inout FreePortGoal) throws -> WaitStatus {
    guard case .notYet(let status) = try goal.look() else { throw LaboratoryError(.system, "the port is free") }
    return status
  }

  /// A socket may have ended between the first look and the subscription.
  @Test func subscribingMakesTheNextLookImmediate() async throws {
    let pauses = try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: Self.place)
      var goal = try FreePortGoal([Self.request()], probes: false)
      return try withExtendedLifetime(listener) {
        try (0..<2).map { _ in try Self.status(&goal).lookAfter }
      }
    }
    #expect(pauses[0] == .zero && pauses[1] > .zero)
  }

  /// Whether an event comes within a time: the kernel announces an end a little later, on its own thread.
  private static func isWoken(within time: Duration, _ drain: () -> Bool) -> Bool {
    let end = ContinuousClock.now + time
    while .now < end {
      if drain() { return true }
      usleep(5_000)
    }
    return false
  }

  /// A lost event may have been the end of a socket that blocks.
  @Test func lostEventsMakeALookDue() async throws {
    let heard = try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: Self.place)
      return try withExtendedLifetime(listener) {
        // With room for a few events.
        var watch = PortWatch(.tcp) { groups throws(SockDiagError) in try SocketEvents(groups, receiveBuffer: 8192) }
        let begun = watch.start()
        let cookies = try SocketInspector.sockets(.tcp, in: .listen).compactMap(\.cookie)
        watch.follow(Set(cookies), heldBy: [])
        func end(_ count: Int) throws {
          for _ in 0..<count {
            _ = try BindProbe.outcome(of: BindRequest(.tcp, SocketAddress(.anyV4, port: 9090), uid: 0))
          }
        }
        try end(1)
        let isWokenByAnother = Self.isWoken(within: .milliseconds(300)) { watch.drainEvents() }
        // Many sockets end, and the kernel has time to announce them, before an event is read.
        let isWokenByGap = Self.isWoken(within: .seconds(60)) {
          try? end(500)
          usleep(200_000)
          return watch.drainEvents()
        }
        return [begun, isWokenByAnother, isWokenByGap]
      }
    }
    #expect(heard == [true, false, true])
  }

  /// The options of the socket show that it does not block.
  @Test func endOfASocketThatSharesThePortDoesNotWake() async throws {
    let (states, heard) = try await Laboratory.withNew { laboratory in
      let pair = try laboratory.connectedPair(
        to: LabEndpoint(.v4(127, 0, 0, 2), 8080), serverOptions: [.reuseAddress])
      pair.listener.close()
      let listener = try laboratory.tcpListener(on: Self.place)
      return try withExtendedLifetime(listener) {
        var goal = try FreePortGoal([Self.request(.reuseAddress)], probes: false)
        for _ in 0..<2 { _ = try Self.status(&goal) }
        let states = goal.fullDiagnoses.flatMap(\.blockers).map(\.socket.state)
        _ = goal.drainEvents()
        pair.client.close()
        try pair.server.discard()
        pair.server.close()
        let isWokenByServer = Self.isWoken(within: .milliseconds(300)) { goal.drainEvents() }
        listener.close()
        return (states, [isWokenByServer, Self.isWoken(within: .seconds(20)) { goal.drainEvents() }])
      }
    }
    #expect(states == [.listen])
    #expect(heard == [false, true])
  }

  /// The holder of the port is looked up again when another socket blocks.
  @Test func newBlockerIsFullyDiagnosedWithinSeconds() async throws {
    let (pids, expected) = try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: Self.place)
      var goal = try FreePortGoal([Self.request()], probes: false)
      var pause = Duration.zero
      func holders() throws -> [Int32] {
        pause = try Self.status(&goal).lookAfter
        return goal.fullDiagnoses.flatMap(\.blockers).flatMap { $0.holders.map(\.pid) }
      }
      var pids = [try holders()]
      listener.close()
      let subject = try #require(try Subject.holders(laboratory, [Subject.Script.plain]).first)
      pids.append(try holders())
      #expect(pause < LookSchedule.checkOfHolders)
      // A socket that blocks with any options is diagnosed fully once a second.
      let end = ContinuousClock.now + .seconds(4)
      while pids.last != [subject.pid], .now < end {
        usleep(100_000)
        pids[1] = try holders()
      }
      return (pids, [[getpid()], [subject.pid]])
    }
    #expect(pids == expected)
  }

  /// A watch on a host that announces no ends.
  static func watchWithoutEvents(_ groups: SocketEventGroups) -> PortWatch {
    PortWatch(groups) { _ throws(SockDiagError) in
      throw SockDiagError(.missingProtocolHandler, operation: "subscribe")
    }
  }

  /// On a host that announces no ends.
  @Test func endOfAProcessIsReportedOnce() async throws {
    let heard = try await Laboratory.withNew { laboratory in
      let holder = try LabHolder(.inherited, try laboratory.boundSocket(to: Self.place))
      var watch = Self.watchWithoutEvents(.tcp)
      var heard = [watch.start() || watch.receivesEvents]
      watch.follow([], heldBy: [holder.pid])
      watch.follow([], heldBy: [holder.pid])
      func isReadable(_ descriptors: [Int32], _ milliseconds: Int32) -> Bool {
        QuietHost().sleep(onAnyOf: descriptors, milliseconds: milliseconds) == .ready
      }
      heard += [watch.descriptors.count == 1, isReadable(watch.descriptors, 0)]
      holder.letGo()
      heard += [isReadable(watch.descriptors, 20_000), watch.drainEvents(), watch.descriptors.isEmpty]
      watch.follow([], heldBy: [holder.pid])
      heard.append(watch.descriptors.isEmpty)
      return heard
    }
    #expect(heard == [false, true, false, true, true, true, true])
  }

  /// On a host that announces no ends, the end of the process that holds the socket wakes the wait.
  @Test func withoutEventsTheHolderIsWatched() async throws {
    let (count, isHeard) = try await Laboratory.withNew { laboratory in
      let subject = try #require(try Subject.holders(laboratory, [Subject.Script.plain]).first)
      var goal = try FreePortGoal([Self.request()], probes: false, watch: Self.watchWithoutEvents)
      _ = try Self.status(&goal)
      let count = goal.descriptors.count
      subject.end()
      return (count, QuietHost().sleep(onAnyOf: goal.descriptors, milliseconds: 20_000) == .ready)
    }
    #expect(count == 1 && isHeard)
  }

  /// A zombie can still be opened, and its descriptor would stay readable for ever.
  @Test func endedProcessIsNotWatchedAgain() async throws {
    let counts = try await Laboratory.withNew { laboratory in
      let subject = try #require(try Subject.holders(laboratory, [Subject.Script.plain]).first)
      var watch = Self.watchWithoutEvents(.tcp)
      _ = watch.start()
      watch.follow([], heldBy: [subject.pid])
      var counts = [watch.descriptors.count]
      kill(subject.pid, SIGKILL)
      _ = QuietHost().sleep(onAnyOf: watch.descriptors, milliseconds: 20_000)
      _ = watch.drainEvents()
      watch.follow([], heldBy: [subject.pid])
      counts.append(watch.descriptors.count)
      // A process that holds nothing is forgotten, since its id may be used again.
      watch.follow([], heldBy: [])
      watch.follow([], heldBy: [getpid()])
      counts.append(watch.descriptors.count)
      return counts
    }
    #expect(counts == [1, 0, 1])
  }

  /// While only timers block, the end of a socket does not wake the wait.
  @Test func timersAloneNeedNoSubscription() async throws {
    let counts = try await Laboratory.withNew { laboratory in
      let pair = try laboratory.connectedPair(to: Self.place)
      let client = try pair.client.local()
      var goal = try FreePortGoal([Self.request()], probes: false)
      return try withExtendedLifetime(pair) {
        _ = try Self.status(&goal)
        var counts = [goal.descriptors.count]
        pair.listener.close()
        pair.server.close()
        try laboratory.wait(for: [.brought(to: .finWait2, local: Self.place, remote: client, closed: true)])
        _ = try Self.status(&goal)
        counts.append(goal.descriptors.count)
        return counts
      }
    }
    #expect(counts == [1, 0])
  }
}
