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
  private static func arguments(_ transports: [TransportProtocol] = [.tcp]) -> PortArguments {
    PortArguments(port: PortArgument(port: 8080), transports: transports)
  }

  private static func ending(_ transports: [TransportProtocol] = [.tcp]) throws -> PortEnding {
    try PortEnding(arguments(transports).selection)
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
}
