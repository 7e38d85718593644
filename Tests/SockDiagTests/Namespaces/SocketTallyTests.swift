import SockDiagWire
import Testing

@testable import SockDiag

/// What the counts of a namespace say about the walks that a query needs.
struct SocketTallyTests {
  private static func tally(tcp: Int, tcp6: Int? = 0, timeWaits: Int = 0) -> SocketTally {
    let ipv6 = tcp6.map { "TCP6: inuse \($0)\nUDP6: inuse 4\nRAW6: inuse 0\n" } ?? ""
    let text = """
      sockets: used 20
      TCP: inuse \(tcp) orphan 3 tw \(timeWaits) alloc 900 mem 77
      UDP: inuse 7 mem 12
      UDPLITE: inuse 0
      RAW: inuse 0
      FRAG: inuse 0 memory 0
      \(ipv6)
      """
    return SocketTally(text: Array(text.utf8))
  }

  private static func states(
    _ tally: SocketTally, of states: SocketStateSet, listeners: UInt64? = nil
  ) throws -> SocketStateSet? {
    try tally.possibleStates(of: states) { () throws(SockDiagError) in listeners }
  }

  @Test func namespaceWithoutSocketsNeedsNoWalk() throws {
    #expect(try Self.states(Self.tally(tcp: 0), of: .connected) == nil)
    #expect(try Self.states(Self.tally(tcp: 0, tcp6: nil), of: .connected) == nil)
  }

  @Test func boundSocketsAreNotCountedAndAreAskedFor() throws {
    let states = SocketStateSet.all.union(.boundInactive)
    #expect(try Self.states(Self.tally(tcp: 0), of: states) == .boundInactive)
  }

  @Test func onlyListenersLeaveTheTableOfListeners() throws {
    let wanted = SocketStateSet.connected.subtracting(.bucket).union(.listen)
    #expect(try Self.states(Self.tally(tcp: 2, tcp6: 1), of: wanted, listeners: 3) == .listen)
    #expect(try Self.states(Self.tally(tcp: 2, tcp6: 1), of: .established, listeners: 3) == nil)
  }

  @Test func connectionBesideListenersIsWalkedFor() throws {
    #expect(try Self.states(Self.tally(tcp: 2, tcp6: 2), of: .established, listeners: 3) == .established)
    #expect(try Self.states(Self.tally(tcp: 2), of: .established, listeners: nil) == .established)
  }

  @Test func requestForAConnectionHasAListenerAndNoCount() throws {
    #expect(
      try Self.states(Self.tally(tcp: 1), of: [.established, .synReceived], listeners: 1) == [
        .established, .synReceived,
      ])
    #expect(try Self.states(Self.tally(tcp: 0), of: .synReceived) == nil)
  }

  @Test func recordOfAClosedConnectionIsWalkedFor() throws {
    #expect(try Self.states(Self.tally(tcp: 0, timeWaits: 1), of: .timeWait) == .timeWait)
    #expect(try Self.states(Self.tally(tcp: 0, timeWaits: 1), of: .connected) == .connected)
  }

  @Test func socketOfEitherFamilyCounts() throws {
    #expect(try Self.states(Self.tally(tcp: 0, tcp6: 1), of: .established, listeners: 0) == .established)
  }

  @Test func unreadableCountsDecideNothing() throws {
    let damaged = SocketTally(text: Array("TCP: inuse\nUDP: inuse x\nTCP6: inuse 1 tw".utf8))
    #expect(try Self.states(damaged, of: .connected) == .connected)
    let extreme = SocketTally(text: Array("TCP: inuse \(UInt64.max) tw 0\nTCP6: inuse \(UInt64.max)".utf8))
    #expect(try Self.states(extreme, of: .connected) == .connected)
    let tooLong = SocketTally(text: Array("TCP: inuse 99999999999999999999999 tw 0".utf8))
    #expect(try Self.states(tooLong, of: .connected) == .connected)
    #expect(SocketTally("/nowhere/") == nil)
  }
}
