import BindDiagnosis
import Glibc
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import SocketOwners
import Testing

@testable import PortControl
@testable import SockDiagCommand

/// The sentences of `kill` about real ports, for states that cannot be timed from a command line.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct EndingSentenceTests {
  private static let options = EndingOptions(signal: .terminate, grace: .seconds(10), kills: true)

  private static func arguments(_ transports: [TransportProtocol] = [.tcp]) -> PortArguments {
    PortArguments(port: PortArgument(port: 8080), transports: transports)
  }

  private static func ending(_ transports: [TransportProtocol] = [.tcp]) throws -> PortEnding {
    try PortEnding(arguments(transports).selection)
  }

  @Test func newHolderIsReported() async throws {
    try await Laboratory.withNew { laboratory in
      let subject = try #require(try Subject.holders(laboratory, [Subject.Script.plain]).first)
      var ending = try Self.ending()
      ending.plan.targets[0].supervision = .unit(SystemdUnit(name: "x.service", slice: "system.slice"))
      #expect(ending.endAll(Self.options) == [.ended])
      #expect(subject.endingSignal == SIGTERM)
      let next = try #require(try Subject.holders(laboratory, [Subject.Script.plain]).first)
      let result = try ending.observePort(for: .zero, after: [.ended])
      #expect(!result.isFree && result.status == .system)
      #expect(
        result.sentences(Self.arguments()) == [
          "port 8080 is in use: listener 127.0.0.1:8080 sh (pid \(next.pid), fd 9), user root",
          "sh (pid \(next.pid), root) is new, a child of process \(getpid()); end what starts it, or run this again",
        ])
    }
  }

  /// The record that expires last decides.
  @Test func remainingTimeIsThatOfTheLastRecord() async throws {
    let state = try await Laboratory.withNew { laboratory in
      try laboratory.leaveTimeWait(on: LabEndpoint(.loopbackV4, 8080))
      var ending = try Self.ending()
      var diagnoses = try ending.observePort(for: .zero, after: []).diagnoses
      try #require(diagnoses.count == 2 && diagnoses.allSatisfy { $0.sockets.count == 1 })
      for (index, seconds) in [5, 40].enumerated() { diagnoses[index].sockets[0].release = .after(.seconds(seconds)) }
      return PortAfterEnding(ending.selection, diagnoses).sentences(Self.arguments())[0]
    }
    #expect(state.contains(" is in use for another 40 s: "), "\(state)")
  }

  /// If both protocols were asked about, the command is about the one in use.
  @Test func suggestedCommandIsAboutTheProtocolInUse() async throws {
    let state = try await Laboratory.withNew { laboratory in
      let place = LabEndpoint(.loopbackV4, 8080)
      let socket = try laboratory.udpSocket(bound: place, connectedTo: LabEndpoint(.loopbackV4, 9090))
      let inode = socket.inode
      let subject = try Subject(Subject.Script.plain, holding: [socket])
      try Subject.waitUntilAloneWith([inode], [subject])
      var ending = try Self.ending([.tcp, .udp])
      return try withExtendedLifetime(subject) {
        try ending.observePort(for: .zero, after: []).sentences(Self.arguments([.tcp, .udp]))[0]
      }
    }
    #expect(state.contains("'sockdiag kill 8080 --connections --udp' ends"), "\(state)")
  }

  @Test(.enabled(if: TemporaryCgroup.isPermitted, "needs the right to make cgroups"))
  func processRestartedByAUnitIsReportedWithTheUnit() async throws {
    try await Laboratory.withNew { laboratory in
      let cgroup = try laboratory.cgroup(named: "sockdiag-test", suffix: ".service")
      let subject = try #require(try Subject.holders(laboratory, [Subject.Script.plain]).first)
      try cgroup.add(subject.pid)
      var ending = try Self.ending()
      #expect(ending.endAll(Self.options) == [.ended])
      let next = try #require(try Subject.holders(laboratory, [Subject.Script.plain]).first)
      defer { for process in [subject, next] { process.end() } }
      try cgroup.add(next.pid)
      #expect(
        try ending.observePort(for: .zero, after: [.ended]).sentences(Self.arguments()).last == """
          sh (pid \(next.pid), root) is new: \(cgroup.name) started it again; 'systemctl stop \(cgroup.name)' ends it for good
          """)
    }
  }
}
