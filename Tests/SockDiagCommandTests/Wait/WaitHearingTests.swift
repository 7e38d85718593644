import BindDiagnosis
import Glibc
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import SocketOwners
import Testing

@testable import SockDiagCommand

/// What a wait for a free port listens for, and what wakes it.
@Suite(.enabled(if: NetworkNamespace.isPermitted, "needs the right to make network namespaces"))
struct WaitHearingTests {
  private static let place = LabEndpoint(.loopbackV4, 8080)

  private static func request(_ options: BindOptions = []) -> BindRequest {
    BindRequest(.tcp, SocketAddress(.anyV4, port: 8080), options: options, uid: 0)
  }

  private static func prospect(_ goal: inout FreePort) throws -> Prospect {
    guard case .notYet(let prospect) = try goal.look() else { throw Tool.Failure(what: "the port is free") }
    return prospect
  }

  /// What ended between the first look and the moment at which it began to listen.
  @Test func whenItBeginsToHearItLooksAgain() async throws {
    let pauses = try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: Self.place)
      var goal = try FreePort([Self.request()], probes: false, hint: "")
      return try withExtendedLifetime(listener) {
        try (0..<2).map { _ in try Self.prospect(&goal).lookAfter }
      }
    }
    #expect(pauses[0] == .zero && pauses[1] > .zero)
  }

  /// Whether something is heard within a time: the kernel announces an end somewhat later, on a thread of its own.
  private static func hears(within time: Duration, _ hear: () -> Bool) -> Bool {
    let end = ContinuousClock.now + time
    while .now < end {
      if hear() { return true }
      usleep(5_000)
    }
    return false
  }

  /// Of ends that the kernel had no room to announce, any may have been of what is in the way.
  @Test func afterAGapItLooks() async throws {
    let heard = try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: Self.place)
      return try withExtendedLifetime(listener) {
        // With room for a few ends.
        var watch = PortWatch(.tcp) { groups throws(SockDiagError) in try SocketEvents(groups, receiveBuffer: 8192) }
        let begun = watch.begin()
        let cookies = try SocketInspector.sockets(.tcp, in: .listen).compactMap(\.cookie)
        watch.follow(Set(cookies), heldBy: [])
        func end(_ count: Int) throws {
          for _ in 0..<count {
            _ = try BindProbe.outcome(of: BindRequest(.tcp, SocketAddress(.anyV4, port: 9090), uid: 0))
          }
        }
        try end(1)
        let hearsAnother = Self.hears(within: .milliseconds(300)) { watch.hear() }
        // Many ends, and time for the kernel to announce them, before anything is read.
        let hearsGap = Self.hears(within: .seconds(60)) {
          try? end(500)
          usleep(200_000)
          return watch.hear()
        }
        return [begun, hearsAnother, hearsGap]
      }
    }
    #expect(heard == [true, false, true])
  }

  /// The end of what turned out to share the port wakes nobody.
  @Test func whatSharesThePortIsNotListenedFor() async throws {
    let (states, heard) = try await Laboratory.withNew { laboratory in
      let pair = try laboratory.connectedPair(
        to: LabEndpoint(.v4(127, 0, 0, 2), 8080), serverOptions: [.reuseAddress])
      pair.listener.close()
      let listener = try laboratory.tcpListener(on: Self.place)
      return try withExtendedLifetime(listener) {
        var goal = try FreePort([Self.request(.reuseAddress)], probes: false, hint: "")
        for _ in 0..<2 { _ = try Self.prospect(&goal) }
        let states = goal.examined.flatMap(\.blockers).map(\.socket.state)
        _ = goal.hear()
        pair.client.close()
        try pair.server.discard()
        pair.server.close()
        let heardOfServer = Self.hears(within: .milliseconds(300)) { goal.hear() }
        listener.close()
        return (states, [heardOfServer, Self.hears(within: .seconds(20)) { goal.hear() }])
      }
    }
    #expect(states == [.listen])
    #expect(heard == [false, true])
  }

  /// Who holds the port is found out anew when it is another socket that does.
  @Test func anotherSocketInTheWayIsExaminedSoon() async throws {
    let (pids, expected) = try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: Self.place)
      var goal = try FreePort([Self.request()], probes: false, hint: "")
      var pause = Duration.zero
      func holders() throws -> [Int32] {
        pause = try Self.prospect(&goal).lookAfter
        return goal.examined.flatMap(\.blockers).flatMap { $0.holders.map(\.pid) }
      }
      var pids = [try holders()]
      listener.close()
      let subject = try #require(try KillCommandTests.holders(laboratory, [Subject.Script.plain]).first)
      pids.append(try holders())
      #expect(pause < LookSchedule.checkOfHolders)
      // What blocks whatever its options are is examined once a second.
      let end = ContinuousClock.now + .seconds(4)
      while pids.last != [subject.pid], .now < end {
        usleep(100_000)
        pids[1] = try holders()
      }
      return (pids, [[getpid()], [subject.pid]])
    }
    #expect(pids == expected)
  }

  /// A watch where the kernel announces nothing.
  static func deafWatch(_ protocol: TransportProtocol) -> PortWatch {
    PortWatch(`protocol`) { _ throws(SockDiagError) in
      throw SockDiagError(.missingProtocolHandler, operation: "subscribe")
    }
  }

  /// Where the kernel announces nothing.
  @Test func theEndOfAProcessIsHeardOnce() async throws {
    let heard = try await Laboratory.withNew { laboratory in
      let holder = try LabHolder(.inherited, try laboratory.boundSocket(to: Self.place))
      var watch = Self.deafWatch(.tcp)
      var heard = [watch.begin() || watch.hearsEnds]
      watch.follow([], heldBy: [holder.pid])
      watch.follow([], heldBy: [holder.pid])
      func isReadable(_ descriptors: [Int32], _ milliseconds: Int32) -> Bool {
        Interruption.none.wait(forAnyOf: descriptors, milliseconds: milliseconds) == .ready
      }
      heard += [watch.descriptors.count == 1, isReadable(watch.descriptors, 0)]
      holder.letGo()
      heard += [isReadable(watch.descriptors, 20_000), watch.hear(), watch.descriptors.isEmpty]
      watch.follow([], heldBy: [holder.pid])
      heard.append(watch.descriptors.isEmpty)
      return heard
    }
    #expect(heard == [false, true, false, true, true, true, true])
  }

  /// Then the end of the process that holds what is in the way is heard.
  @Test func withoutAnnouncementsTheHolderIsWatched() async throws {
    let (count, isHeard) = try await Laboratory.withNew { laboratory in
      let subject = try #require(try KillCommandTests.holders(laboratory, [Subject.Script.plain]).first)
      var goal = try FreePort([Self.request()], probes: false, hint: "", watch: Self.deafWatch)
      _ = try Self.prospect(&goal)
      let count = goal.descriptors.count
      subject.end()
      return (count, Interruption.none.wait(forAnyOf: goal.descriptors, milliseconds: 20_000) == .ready)
    }
    #expect(count == 1 && isHeard)
  }

  /// A process that nobody has waited for yet can still be opened, and would be readable for ever.
  @Test func aProcessThatHasEndedIsNotWatchedAgain() async throws {
    let counts = try await Laboratory.withNew { laboratory in
      let subject = try #require(try KillCommandTests.holders(laboratory, [Subject.Script.plain]).first)
      var watch = Self.deafWatch(.tcp)
      _ = watch.begin()
      watch.follow([], heldBy: [subject.pid])
      var counts = [watch.descriptors.count]
      kill(subject.pid, SIGKILL)
      _ = Interruption.none.wait(forAnyOf: watch.descriptors, milliseconds: 20_000)
      _ = watch.hear()
      watch.follow([], heldBy: [subject.pid])
      counts.append(watch.descriptors.count)
      // Held by nobody it is forgotten, for its number may become somebody else's.
      watch.follow([], heldBy: [])
      watch.follow([], heldBy: [getpid()])
      counts.append(watch.descriptors.count)
      return counts
    }
    #expect(counts == [1, 0, 1])
  }

  /// While only timers are to be waited for, what ends wakes nobody.
  @Test func besideTimersNothingIsListenedFor() async throws {
    let counts = try await Laboratory.withNew { laboratory in
      let pair = try laboratory.connectedPair(to: Self.place)
      let client = try pair.client.local()
      var goal = try FreePort([Self.request()], probes: false, hint: "")
      return try withExtendedLifetime(pair) {
        _ = try Self.prospect(&goal)
        var counts = [goal.descriptors.count]
        pair.listener.close()
        pair.server.close()
        try laboratory.wait(for: [.brought(to: .finWait2, local: Self.place, remote: client, closed: true)])
        _ = try Self.prospect(&goal)
        counts.append(goal.descriptors.count)
        return counts
      }
    }
    #expect(counts == [1, 0])
  }
}
