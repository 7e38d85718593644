import Foundation
import SockDiag
import SockDiagTestKit
import SockDiagTesting
import SockDiagWire
import Testing

/// Kernels that do not accept every operation of a filter program.
@Suite struct FilterRefusalTests {
  private typealias Event = ScriptedKernel.Event

  private static let accepted: [Event] = [.messages([.done()])]
  private static func refused(_ errno: Int32 = EINVAL) -> [Event] { [.messages([.done(errno: errno)])] }
  private static func sockets(_ ports: UInt16...) -> [Event] {
    [.messages(ports.map { .socket(port: $0, cookie: UInt64($0)) } + [.done()])]
  }

  /// The comparisons in the programs that were sent, by the kernel's numbers.
  private static func programs(_ log: ScriptedKernel.Log) -> [Set<UInt8>] {
    log.requests.map { request in
      var codes: Set<UInt8> = []
      var offset = 0
      while offset + 4 <= request.bytecode.count, request.bytecode[offset + 1] >= 4 {
        // A jump, 1, is not a comparison.
        if request.bytecode[offset] != 1 { codes.insert(request.bytecode[offset]) }
        offset += Int(request.bytecode[offset + 1])
      }
      return codes
    }
  }

  private static func reader(_ script: [[Event]], _ log: ScriptedKernel.Log) -> InetReader<ScriptedKernel> {
    InetReader(ScriptedKernel(script, log: log))
  }

  private static func query(_ text: String) throws -> SocketQuery {
    try SocketQuery(.tcp, family: .inet, matching: text)
  }

  // MARK: Ports

  @Test func portsBecomeRangesIfTheKernelCannotCompareForEquality() throws {
    let log = ScriptedKernel.Log()
    // A kernel before 4.16 refuses the program, and then the request that finds out why.
    var reader = Self.reader([Self.refused(), Self.refused(), Self.sockets(22), Self.sockets(80), Self.sockets()], log)
    let query = try Self.query("sport = :22,80")
    #expect(try reader.dump(query).sockets.map(\.local.port) == [22])
    #expect(Self.programs(log) == [[11], [11], [2, 3]])

    // It is known now, for this query and for others.
    #expect(try reader.dump(query).sockets.map(\.local.port) == [80])
    _ = try reader.dump(Self.query("dport = :22,80"))
    #expect(Self.programs(log).dropFirst(3) == [[2, 3], [4, 5]])
  }

  @Test func acceptedProgramNeedsNoExtraRequest() throws {
    let log = ScriptedKernel.Log()
    var reader = Self.reader([Self.sockets(22), Self.sockets(22)], log)
    for _ in 0..<2 { _ = try reader.dump(Self.query("sport = :22,80")) }
    #expect(log.requests.count == 2)
  }

  // MARK: Interfaces, cgroups and marks

  @Test func interfacesAreComparedHereIfTheKernelCannot() throws {
    let log = ScriptedKernel.Log()
    var reader = Self.reader([Self.refused(), Self.refused(), Self.sockets(1, 2)], log)
    // The interface of the sockets is 0.
    let dump = try reader.dump(Self.query("dev 0 and sport <= :80"))
    #expect(dump.sockets.map(\.local.port) == [1, 2] && dump.defects.isComplete)
    #expect(Self.programs(log) == [[3, 9], [9], [3]])
  }

  @Test func cgroupsAreComparedHereIfTheKernelCannot() throws {
    let inside = NetlinkBytes.attribute(21, [7, 0, 0, 0, 0, 0, 0, 0])
    let answer: [Event] = [
      .messages([
        .socketWithAttributes(port: 1, cookie: 1, inside), .socketWithAttributes(port: 2, cookie: 2, []),
        .socket(port: 3, cookie: 3), .done(),
      ])
    ]
    let log = ScriptedKernel.Log()
    var reader = Self.reader([Self.refused(), Self.refused(), answer], log)
    let dump = try reader.dump(Self.query("cgroup 7"))
    #expect(dump.sockets.map(\.local.port) == [1])
    // For other sockets, a kernel that is too old to compare does not report it.
    #expect(dump.defects == .undecided)
    #expect(Self.programs(log) == [[13], [13], []])
  }

  @Test func marksAreUndecidedWithoutPrivilege() throws {
    let log = ScriptedKernel.Log()
    var reader = Self.reader([Self.refused(EPERM), Self.refused(EPERM), Self.sockets(1, 2), Self.sockets(1)], log)
    let dump = try reader.dump(Self.query("fwmark 1 or sport >= :2"))
    #expect(dump.sockets.map(\.local.port) == [2])
    #expect(dump.defects == .undecided)
    // The answer stays, without another request.
    #expect(try reader.dump(Self.query("fwmark 1")).defects == .undecided)
    #expect(Self.programs(log).map { $0.contains(10) } == [true, true, false, false])
  }

  @Test func eachOperationIsTriedSeparately() throws {
    let log = ScriptedKernel.Log()
    var reader = Self.reader(
      [
        Self.refused(), Self.accepted, Self.accepted, Self.refused(EPERM), Self.refused(), Self.sockets(22),
        Self.sockets(22),
      ],
      log)
    let query = try Self.query("sport = :22,80 and dev 0 and (fwmark 1/0 or fwmark 1 or dport = :80) and not cgroup 7")
    let explanation = try reader.explain(query)
    #expect(explanation.refused == [.mark, .cgroup])
    #expect(Self.programs(log).prefix(6) == [[9, 10, 11, 12, 13], [11], [9], [10], [13], [9, 11]])
  }

  // MARK: Other refusals

  @Test func refusalUnrelatedToOperationsIsThrown() throws {
    for errno in [EINVAL, EPERM, ENOMEM] {
      let log = ScriptedKernel.Log()
      var reader = Self.reader([Self.refused(errno)], log)
      let query = try Self.query("dst 10.0.0.0/8")
      let error = #expect(throws: SockDiagError.self) { try reader.dump(query) }
      #expect(error?.errno == errno)
      #expect(log.requests.count == 1)
    }
  }

  @Test func refusalDespiteAcceptedOperationsIsThrown() throws {
    let log = ScriptedKernel.Log()
    var reader = Self.reader([Self.refused(), Self.accepted, Self.refused()], log)
    let query = try Self.query("sport = :22,80")
    for _ in 0..<2 {
      let error = #expect(throws: SockDiagError.self) { try reader.dump(query) }
      #expect(error?.code == .invalidRequest)
    }
    // The second time it is known that the operation is not the reason.
    #expect(Self.programs(log) == [[11], [11], [11]])
  }

  @Test func unansweredCapabilityRequestIsRepeated() throws {
    let log = ScriptedKernel.Log()
    var reader = Self.reader(
      [Self.refused(), Self.refused(ENOMEM), Self.refused(), Self.refused(), Self.sockets(22)], log)
    let query = try Self.query("sport = :22,80")
    #expect(throws: SockDiagError.self) { try reader.dump(query) }
    #expect(try reader.dump(query).sockets.map(\.local.port) == [22])
    #expect(Self.programs(log) == [[11], [11], [11], [11], [2, 3]])
  }

  // MARK: Two walks

  @Test func autoboundMixedWithAFigureNeedsTwoWalks() throws {
    let log = ScriptedKernel.Log()
    var reader = Self.reader([Self.sockets(1, 2), Self.sockets(3, 4)], log)
    let dump = try reader.dump(Self.query("autobound or cookie = 4"))
    #expect(dump.sockets.map(\.local.port) == [1, 2, 4])
    #expect(dump.defects.isComplete)
    #expect(log.requests.map(\.bytecode) == [[6, 4, 8, 0], [6, 4, 8, 0, 1, 4, 8, 0]])
  }

  @Test func stoppedReaderMakesOnlyTheFirstWalk() throws {
    let log = ScriptedKernel.Log()
    var reader = Self.reader([Self.sockets(1, 2), Self.sockets(3, 4)], log)
    let result = try reader.forEach(Self.query("autobound or cookie = 4")) { _ in .stop }
    #expect(result.defects == .stopped)
    #expect(log.requests.count == 1)
  }

  @Test func operationsAreTriedBeforeTwoWalks() throws {
    let log = ScriptedKernel.Log()
    // A refusal of the second walk would come after sockets of the first.
    var reader = Self.reader([Self.refused(), Self.sockets(1), Self.sockets(4), Self.sockets(1), Self.sockets(4)], log)
    let query = try Self.query("(autobound or cookie = 4) and dport = :80,90")
    for _ in 0..<2 { #expect(try reader.dump(query).sockets.map(\.local.port) == [1, 4]) }
    #expect(Self.programs(log) == [[11], [4, 5, 6], [4, 5, 6], [4, 5, 6], [4, 5, 6]])
    #expect(log.requests[0].states == [])
  }
}
