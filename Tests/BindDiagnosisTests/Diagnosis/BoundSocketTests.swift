import Glibc
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import SocketOwners
import Testing

@testable import BindDiagnosis

/// Sockets that are only bound, on kernels that do not report them.
@Suite(.enabled(if: LabNamespace.isPermitted)) struct BoundSocketTests {
  private static func diagnose(
    _ address: SocketAddress, _ effort: Diagnostician.Effort = [.owners, .heldOptions], options: BindOptions = []
  ) throws -> Diagnosis {
    var diagnostician = try Diagnostician()
    diagnostician.asIfBoundSocketsWereNotReported = true
    let request = BindRequest(.tcp, address, options: options, uid: 0)
    return try ProcessStarts.heldOff { try diagnostician.diagnose(request, effort) }
  }

  /// Whether a search can see every process and descriptor; inside a pid namespace it cannot.
  private static var canSeeAll: Bool {
    get throws {
      var finder = try OwnerFinder()
      return try finder.heldSockets(besides: []).isComplete
    }
  }

  @Test(arguments: [LabAddress.loopbackV4, .loopbackV6, .anyV6])
  func boundSocketsAreFoundThroughDescriptors(_ address: LabAddress) async throws {
    try await Laboratory.withNew { laboratory in
      _ = try laboratory.boundSocket(to: LabEndpoint(address, 8080), options: [.reuseAddress])
      let local = SocketAddress(address.address, port: 8080)
      let diagnosis = try Self.diagnose(local)
      #expect(diagnosis.verdict == .conflict)
      #expect(diagnosis.sockets.map(\.use) == [.boundInactive])
      #expect(diagnosis.sockets.map(\.socket.local) == [local])
      #expect(diagnosis.sockets.first?.holders.isEmpty == false)
      #expect(diagnosis.sockets.first?.portSocket.options[.reuseAddress] == true)
      // It shares the port by this option, which was read from its socket.
      #expect(try Self.diagnose(local, options: .reuseAddress).prediction.bind == .succeeds)
    }
  }

  @Test func boundMultipathSocketIsFound() async throws {
    try await Laboratory.withNew { laboratory in
      _ = try laboratory.boundSocket(.mptcp, to: LabEndpoint(.loopbackV4, 8080))
      #expect(try Self.diagnose("127.0.0.1:8080").verdict == .conflict)
    }
  }

  @Test func socketsOfOtherPortsNamespacesAndProtocolsAreSkipped() async throws {
    try await Laboratory.withNew { laboratory in
      _ = try laboratory.boundSocket(to: LabEndpoint(.loopbackV4, 8081))
      _ = try laboratory.boundSocket(.udp, to: LabEndpoint(.loopbackV4, 8080))
      // This process holds it too.
      let away = try laboratory.namespace.inAnother { try laboratory.boundSocket(to: LabEndpoint(.loopbackV4, 8080)) }
      try withExtendedLifetime(away) {
        let complaints = try settled {
          let diagnosis = try Self.diagnose("127.0.0.1:8080")
          #expect(diagnosis.sockets.isEmpty)
          // A descriptor that another test is sending at this moment may be such a socket.
          return try diagnosis.verdict == (Self.canSeeAll ? .free : .depends) ? [] : ["\(diagnosis.verdict)"]
        }
        #expect(complaints == [])
      }
    }
  }

  /// A descriptor may be closed after the search has found it, and its number may have another meaning by then.
  @Test func numberThatLeadsToAnotherFileIsNoDoubt() throws {
    var ends: [Int32] = [0, 0]
    // SAFETY: pipe writes two numbers.
    #expect(unsafe pipe(&ends) == 0)
    // SAFETY: the path lives through the call.
    let file = unsafe open("/proc/self/status", O_RDONLY | O_CLOEXEC)
    defer { for descriptor in ends + [file] { close(descriptor) } }
    for descriptor in ends + [file, 1_000_000] {
      let holder = SocketHolder(pid: getpid(), descriptor: UInt32(descriptor))
      #expect(BoundSocketReading.read(4711, [holder]) == .other, "\(descriptor)")
    }
  }

  @Test func withoutASearchTheAnswerDependsAndALiveBindSettlesIt() async throws {
    try await Laboratory.withNew { laboratory in
      let socket = try laboratory.boundSocket(to: LabEndpoint(.loopbackV4, 8080))
      let open = try Self.diagnose("127.0.0.1:8080", [])
      #expect(open.verdict == .depends)
      #expect(open.openQuestions == .boundSockets)
      #expect(open.remedies == [.probe])
      #expect(try Self.diagnose("127.0.0.1:8080", [.probe]).verdict == .conflict)
      socket.close()
      #expect(try Self.diagnose("127.0.0.1:8080", [.probe]).verdict == .free)
    }
  }

  @Test func boundSocketsCountForPort0() async throws {
    try await Laboratory.withNew { laboratory in
      try laboratory.namespace.set("net.ipv4.ip_local_port_range", to: "40000 40003")
      for port in UInt16(40_000)...40_003 { _ = try laboratory.boundSocket(to: LabEndpoint(.loopbackV4, port)) }
      #expect(try Self.diagnose("127.0.0.1:0").verdict == .conflict)
      #expect(try Self.diagnose("127.0.0.1:0", []).verdict == .depends)
    }
  }
}
