import BindDiagnosis
import Glibc
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import PortControl
@testable import SockDiagCommand

/// The sentences of a wait, for diagnoses that no test server can cause.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct WaitTextTests {
  private static let port = PortArguments(port: PortArgument(port: 8080), transports: [.tcp])

  /// The diagnosis of a free port, to be changed.
  private static func freePort() async throws -> Diagnosis {
    try await Laboratory.withNew { _ in
      var diagnostician = try Diagnostician()
      return try diagnostician.diagnose(BindRequest(.tcp, SocketAddress(.anyV4, port: 8080), uid: 0))
    }
  }

  private static func notFree(
    _ diagnosis: Diagnosis, after limit: Duration = .seconds(1), expected: Duration? = nil, probes: Bool = false
  ) -> String {
    WaitText.notFree(
      port, [diagnosis], after: limit, expected: expected, probes: probes, hint: "sockdiag why 8080")
  }

  /// Another program may take the port between the look and the bind(), and be gone at the next look.
  @Test func failedProbeWithoutABlockerIsNotFree() async throws {
    var diagnosis = try await Self.freePort()
    #expect(try FreePortGoal.areFree([diagnosis]))
    diagnosis.probe = .failed(.addressInUse)
    #expect(try !FreePortGoal.areFree([diagnosis]))
    #expect(
      Self.notFree(diagnosis, probes: true)
        == "TCP port 8080 is still in use after 1s: nothing that can be seen is in the way; 'sockdiag why 8080' says what"
        + " helps")
    // The port is in use: nothing is unknown.
    #expect(WaitText.dependence(.bind([diagnosis]), probes: true) == nil)
  }

  @Test func failedProbeWithAnotherErrorEndsTheWait() async throws {
    var diagnosis = try await Self.freePort()
    for (errno, status) in [(BindErrno.accessDenied, Status.otherError), (.invalidArgument, .otherError)] {
      diagnosis.probe = .failed(errno)
      let failure = try #require(throws: PortControlError.self) { _ = try FreePortGoal.areFree([diagnosis]) }
      #expect(failure.errno == errno.rawValue)
      let message = WaitText.failure(failure, hint: "sockdiag why 8080")
      #expect(message.status.rawValue == status.rawValue)
      #expect(message.message.hasPrefix("bind() of 0.0.0.0:8080 fails with \(errno) ("))
      #expect(message.message.hasSuffix(", and waiting does not change that; 'sockdiag why 8080' says what helps"))
    }
  }

  @Test func unknownFactsAreNamedUnlessThePortIsInUse() async throws {
    let free = try await Self.freePort()
    var undecided = free
    undecided.blindSpots.insert(.incompleteList)
    var inUse = free
    inUse.probe = .failed(.addressInUse)
    let plain = try #require(WaitText.dependence(.bind([free, undecided]), probes: false))
    #expect(plain.hasPrefix("whether it is free depends on "))
    #expect(plain.hasSuffix(", so the wait goes on; with --probe a bind() decides"))
    let probed = try #require(WaitText.dependence(.bind([undecided]), probes: true))
    #expect(probed.hasSuffix("; no bind() could be tried"))
    #expect(WaitText.dependence(.bind([undecided, inUse]), probes: false) == nil)
    #expect(WaitText.dependence(.bind([free]), probes: false) == nil)
    #expect(WaitText.dependence(.otherSockets([]), probes: false) == nil)
    #expect(Self.notFree(undecided).hasPrefix("TCP port 8080 is perhaps still in use after 1s: that depends on "))
    #expect(Self.notFree(undecided, after: .zero).hasPrefix("TCP port 8080 is perhaps in use: that depends on "))
    #expect(
      Self.notFree(undecided, probes: true).hasSuffix("; no bind() could be tried; 'sockdiag why 8080' says more"))
  }

  @Test func severalPortsAreNamedTogether() async throws {
    var inUse = try await Self.freePort()
    inUse.probe = .failed(.addressInUse)
    let ports = PortArguments(
      try PortRangeArgument.parse(["80,443", "3000-3010"]).map { .init(range: $0, transports: [.tcp]) })
    let sentence = WaitText.notFree(
      ports, [inUse], after: .seconds(1), expected: nil, probes: false, hint: "sockdiag why 80")
    #expect(sentence.hasPrefix("TCP ports 80, 443 and 3000-3010 are still in use after 1s: "))
    #expect(
      WaitText.notListening(ports, nil, after: .zero) == "nothing listens on TCP ports 80, 443 and 3000-3010")
  }

  @Test func remainingTimeIsNamedUnlessItIsOver() async throws {
    var inUse = try await Self.freePort()
    inUse.probe = .failed(.addressInUse)
    #expect(Self.notFree(inUse, expected: .milliseconds(4_200)).contains(", which goes in 5 s; "))
    for expected in [nil, Duration.zero] { #expect(!Self.notFree(inUse, expected: expected).contains("which goes")) }
  }

  @Test func obstaclesOfAListenerAreNamed() throws {
    func socket(_ address: String) throws -> InetSocket {
      try Samples.socket(
        """
        {"protocol":"tcp","family":"inet","state":"listen","local":{"address":"\(address)","port":8080},\
        "remote":{"address":"0.0.0.0","port":0},"receive_queue":0,"send_queue":0,"inode":1}
        """)
    }
    let (first, second) = (try socket("127.0.0.1"), try socket("127.0.0.2"))
    func sentence(_ obstacle: WaitObstacle?) -> String {
      WaitText.notListening(Self.port, obstacle, after: .zero)
    }
    #expect(WaitText.obstacle(.otherSockets([])) == "nothing is there")
    #expect(sentence(.otherSockets([])) == "nothing listens on TCP port 8080")
    #expect(sentence(nil) == "nothing listens on TCP port 8080")
    #expect(sentence(.otherSockets([first])) == "nothing listens on TCP port 8080; only 127.0.0.1:8080 is there")
    #expect(WaitText.obstacle(.otherSockets([first, second])) == "only 127.0.0.1:8080 and 1 more are there")
    #expect(WaitText.obstacle(.addressNotLocal(IPAddress(v4: 0x7f00_0001))) == "127.0.0.1 is no address of this host")
    #expect(
      WaitText.notListening(Self.port, nil, after: .seconds(2)) == "nothing listens on TCP port 8080 after 2s")
  }
}
