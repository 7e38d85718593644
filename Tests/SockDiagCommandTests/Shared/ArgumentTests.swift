import ArgumentParser
import SockDiag
import SockDiagWire
import Testing

@testable import SockDiagCommand

/// What command lines ask for.
struct ArgumentTests {
  private func selection(_ line: String) throws -> Selection {
    let words = line.split(separator: " ").map(String.init)
    switch try Sockdiag.parseAsRoot(words) {
    case let list as SockDiagCommand.List:
      return try list.selection.selection(default: .connected, details: list.output.details)
    case let listeners as Listeners:
      return try listeners.selection.selection(default: .listeners, details: listeners.output.details)
    case let destroy as Destroy:
      return try destroy.selection.selectionToDestroy(details: destroy.output.details)
    case let command: throw CommandFailure.usage("\(command)")
    }
  }

  @Test func withoutASubcommandItShowsListeners() throws {
    #expect(try selection("").tcp == .listen)
    #expect(try selection("").udp == .close)
    #expect(try selection("-t").udp.isEmpty)
  }

  @Test func listShowsConnections() throws {
    let connections = SocketStateSet.connected.subtracting([.timeWait, .synReceived])
    #expect(try selection("list").tcp == connections)
    #expect(try selection("list").udp == connections)
    #expect(try selection("list -a").tcp == .all.union(.boundInactive))
  }

  @Test func listenersAreNotRequestedTogetherWithClosedSockets() throws {
    #expect(try selection("list -l").tcp == .listen)
    #expect(try selection("list -l").udp == .close)
  }

  @Test(arguments: ["-tuanl", "-luant", "-ltu", "-l -t -u", "--listening --tcp --udp"])
  func shortFlagsCombine(_ flags: String) throws {
    let selection = try selection("list \(flags)")
    #expect(selection.tcp == (flags == "-luant" ? .all.union(.boundInactive) : .listen))
  }

  @Test func familyOptionsSelectFamilies() throws {
    #expect(try selection("list -4").family == .inet)
    #expect(try selection("list -t6").family == .inet6)
    #expect(try selection("list -46").family == nil)
  }

  @Test func boundSocketsAreShownAloneOrAdded() throws {
    #expect(try selection("list -B").tcp == .boundInactive)
    #expect(try selection("list -B").udp.isEmpty)
    #expect(try selection("list -aB").tcp == .all.union(.boundInactive))
    #expect(try selection("list -B exclude listen").tcp == .all.union(.boundInactive))
    #expect(throws: CommandFailure.self) { try selection("list -B state listen") }
  }

  @Test func statesInAFilterOverrideOptions() throws {
    for line in ["list state listening state time-wait", "list -l state established or sport = :80"] {
      #expect(try selection(line).tcp == .all)
    }
    #expect(try selection("list state bound-inactive").tcp == .all.union(.boundInactive))
    #expect(try selection("list sport = :80").tcp == selection("list").tcp)
  }

  @Test func filterWordsAreJoined() throws {
    let filter = SocketFilter.localPort(in: [80, 443]) && !.remote(in: "10.0.0.0/8")
    for line in ["list sport = :80,443 and not dst 10.0.0.0/8", "list sport=:80,443&&!dst=10.0.0.0/8"] {
      #expect(try selection(line).filter == filter)
    }
    #expect(try selection("list").filter == .everything)
  }

  @Test func destroySkipsBoundSocketsUnlessNamed() throws {
    #expect(try selection("destroy sport = :80").tcp == .all)
    #expect(try selection("destroy sport = :80").udp == .all)
    #expect(try selection("destroy -t dport = :80").udp.isEmpty)
    #expect(try selection("destroy -l sport = :80").tcp == .listen)
    #expect(try selection("destroy -B sport = :80").tcp == .boundInactive)
    #expect(try selection("destroy exclude listen").tcp == .all)
  }

  @Test func onlyShownDetailsAreRequested() throws {
    #expect(try selection("list").details == [])
    #expect(try selection("list -oH").details == [])
    #expect(try selection("list -i").details == [.tcpInfo, .congestion, .congestionInfo])
    #expect(try selection("list -tuanimoeH").details == InetDetails.all.subtracting(.memory))
  }

  @Test func selectionMatchesTheSocketsOfItsQueries() throws {
    let selection = try selection("list -l sport = :1-100")
    for socket in try Samples.assorted {
      let isQueried = selection.queries.contains { $0.matches(socket) == true }
      #expect((selection.contains(socket) == true) == isQueried || socket.protocol == .unspecified)
    }
  }

  @Test func nearestNamesAreOffered() {
    let states = SocketStateSet.filterNames
    #expect(NearestNames.of("estab", among: states) == ["established"])
    #expect(NearestNames.of("LIST", among: states) == ["listen", "listening"])
    #expect(NearestNames.of("tmie-wait", among: states) == ["time-wait"])
    #expect(NearestNames.of("fin-wait", among: states) == ["fin-wait-1", "fin-wait-2"])
    #expect(NearestNames.of("", among: states) == [])
    #expect(NearestNames.of("xyzzyxyzzy", among: states) == [])
  }
}
