import Glibc
import SockDiag
import SockDiagTestKit
import SockDiagTesting
import SockDiagWire
import Testing

/// Lists of interfaces and addresses, for every answer of rtnetlink.
@Suite struct RouteReaderTests {
  private typealias Event = ScriptedKernel.Event

  /// `struct ifinfomsg` and IFLA_IFNAME.
  private static func link(_ index: UInt32, _ name: String) -> ScriptedKernel.Message {
    var payload = NetlinkBytes()
    for number in [0, index, 0x1, 0] { payload.append(number) }
    return .record(.newLink, payload.bytes + NetlinkBytes.attribute(3, Array(name.utf8) + [0]))
  }

  private static func names(_ events: [Event]..., log: ScriptedKernel.Log = .init()) throws(SockDiagError) -> [String] {
    var reader = RouteReader(ScriptedKernel(events, log: log))
    return try reader.interfaces().map(\.name)
  }

  private static func failure(_ events: [Event]...) -> SockDiagError? {
    do throws(SockDiagError) {
      var reader = RouteReader(ScriptedKernel(events))
      _ = try reader.interfaces()
      return nil
    } catch { return error }
  }

  private static let whole: [Event] = [.messages([link(1, "lo")]), .messages([link(2, "eth0"), .done()])]

  @Test func interfacesOfSeveralDatagramsAreOneList() throws {
    let log = ScriptedKernel.Log()
    #expect(try Self.names(Self.whole, log: log) == ["lo", "eth0"])
    // RTM_GETLINK, with the structure of one byte that is padded to four.
    #expect(log.messages.map { $0[4] } == [18])
    #expect(log.messages.map(\.count) == [20])
  }

  @Test func addressesAreAskedForByFamily() throws {
    let log = ScriptedKernel.Log()
    let address = NetlinkBytes.attribute(2, [192, 0, 2, 1])
    var reader = RouteReader(
      ScriptedKernel(
        [[.messages([.record(.newAddress, [2, 24, 0, 0, 7, 0, 0, 0] + address), .done()])]], log: log))
    let addresses = try reader.addresses(.inet)
    #expect(addresses.map(\.address) == [IPAddress(v4: 0xc000_0201)])
    #expect(addresses.map(\.interfaceIndex) == [7])
    #expect(log.messages.map { [$0[4], $0[16]] } == [[22, 2]])
  }

  @Test func datagramsOfOtherProcessesAreIgnored() throws {
    #expect(try Self.names([.foreign(port: 9, [Self.link(3, "evil"), .done()])] + Self.whole) == ["lo", "eth0"])
  }

  @Test(
    arguments: [
      [.messages([.interrupted(link(1, "lo")), .done()])], [.failure(ENOBUFS), .messages([link(1, "lo"), .done()])],
      [.truncated([link(1, "lo")], length: 100_000), .messages([.done()])], [.messages([link(1, "lo")])],
    ] as [[ScriptedKernel.Event]])
  func aPartialListIsReadAgain(_ first: [ScriptedKernel.Event]) throws {
    let log = ScriptedKernel.Log()
    #expect(try Self.names(first, Self.whole, log: log) == ["lo", "eth0"])
    #expect(log.messages.count == 2)
  }

  @Test func aListThatChangesEachTimeIsAnError() {
    let changing: [Event] = [.messages([.interrupted(Self.link(1, "lo")), .done()])]
    #expect(Self.failure(changing, changing, changing, changing, changing)?.code == .incomplete)
  }

  @Test func refusalsSilenceAndDamageAreDifferentErrors() {
    #expect(Self.failure([])?.code == .noReply)
    #expect(Self.failure([.messages([.error(EPERM)])])?.code == .permissionDenied)
    #expect(Self.failure([.messages([.done(errno: EINVAL, words: "No")])])?.kernelMessage == "No")
    let short = Self.failure([.messages([.record(.newLink, [0, 0]), .done()])])
    #expect(short?.code == .malformedReply && short?.wireError?.code == .structureLength)
    #expect(Self.failure([.bytes([1, 2, 3]), .messages([.done()])])?.code == .malformedReply)
  }
}
