import BindDiagnosis
import BindSituationKit
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import SocketOwners
import Testing

/// Diagnoses of real sockets, each in its own network namespace.
@Suite(.enabled(if: LabNamespace.isPermitted)) struct DiagnosticianTests {
  private static let quick: Diagnostician.Effort = [.owners, .heldOptions]

  private static func diagnose(
    _ request: BindRequest, _ effort: Diagnostician.Effort = quick
  ) throws -> Diagnosis {
    var diagnostician = try Diagnostician()
    // A process that is being started elsewhere would hold the sockets too.
    return try ProcessStarts.heldOff { try diagnostician.diagnose(request, effort) }
  }

  @Test func optionsOfAListenerAreReadFromItsProcess() async throws {
    try await Laboratory.withNew { laboratory in
      _ = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8080), options: [.reusePort])
      var request = BindRequest(.tcp, "127.0.0.1:8080", options: .reusePort, uid: 0)
      let free = try Self.diagnose(request)
      #expect(free.verdict == .free)
      #expect(free.sockets.map(\.optionsSource) == [.read])
      #expect(free.sockets.map(\.effect) == [.harmless(.sharesReusePort)])
      request.options = []
      #expect(try Self.diagnose(request).verdict == .conflict)
    }
  }

  @Test func optionsAreUnknownWithoutPermissionToReadThem() async throws {
    try await Laboratory.withNew { laboratory in
      _ = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8080), options: [.reusePort])
      let diagnosis = try Self.diagnose(BindRequest(.tcp, "127.0.0.1:8080", options: .reusePort, uid: 0), [])
      #expect(diagnosis.verdict == .depends)
      #expect(diagnosis.prediction.bind == .depends(on: .reusePort))
    }
  }

  @Test func severalRequestsHaveTheAnswersOfEach() async throws {
    try await Laboratory.withNew { laboratory in
      _ = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8080), options: [.reusePort])
      _ = try laboratory.tcpListener(on: LabEndpoint(.loopbackV6, 8081))
      try laboratory.leaveTimeWait(on: LabEndpoint(.loopbackV4, 8082), options: [.reuseAddress])
      var requests: [BindRequest] = []
      for place in ["0.0.0.0:8080", "[::]:8080", "127.0.0.1:8081", "[::1]:8081", "0.0.0.0:8082", "0.0.0.0:8083"] {
        let local = try #require(SocketAddress(place))
        requests.append(BindRequest(.tcp, local, options: .reusePort, uid: 0))
        requests.append(BindRequest(.udp, local, uid: 0))
      }
      requests.append(BindRequest(.tcp, SocketAddress(.anyV4, port: 0), uid: 0))
      let asked = requests
      let together = try ProcessStarts.heldOff {
        var diagnostician = try Diagnostician()
        return try diagnostician.diagnose(asked, .harmless)
      }
      #expect(together.count == requests.count)
      for (request, diagnosis) in zip(requests, together) {
        let alone = try Self.diagnose(request, .harmless)
        #expect(diagnosis.request == alone.request)
        #expect(diagnosis.prediction == alone.prediction, "\(request.local)")
        #expect(diagnosis.sockets.map(\.socket.local) == alone.sockets.map(\.socket.local))
        #expect(diagnosis.sockets.map(\.effect) == alone.sockets.map(\.effect))
        #expect(diagnosis.sockets.map(\.optionsSource) == alone.sockets.map(\.optionsSource))
        #expect(diagnosis.sockets.map { $0.holders.map(\.pid) } == alone.sockets.map { $0.holders.map(\.pid) })
        #expect(diagnosis.blindSpots == alone.blindSpots)
        #expect(diagnosis.freePorts == alone.freePorts)
      }
      #expect(Set(together.map(\.verdict)).count >= 2)
    }
  }

  @Test func twoListenersImplyThatTheyShare() async throws {
    try await Laboratory.withNew { laboratory in
      for _ in 0..<2 { _ = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8080), options: [.reusePort]) }
      let diagnosis = try Self.diagnose(BindRequest(.tcp, "127.0.0.1:8080", options: .reusePort, uid: 0), [])
      #expect(diagnosis.verdict == .free)
      #expect(diagnosis.sockets.map(\.optionsSource) == [.inferred, .inferred])
    }
  }

  @Test func liveBindSettlesHiddenOptions() async throws {
    try await Laboratory.withNew { laboratory in
      try laboratory.leaveTimeWait(on: LabEndpoint(.loopbackV4, 8080), options: [.reuseAddress])
      let request = BindRequest(.tcp, "127.0.0.1:8080", options: .reuseAddress, uid: 0)
      var diagnosis = try Self.diagnose(request)
      #expect(diagnosis.verdict == .depends)
      #expect(diagnosis.sockets.map(\.use) == [.timeWait])
      diagnosis = try Self.diagnose(request, Self.quick.union(.probe))
      #expect(diagnosis.verdict == .free)
      #expect(diagnosis.probe == .succeeded)
    }
  }

  @Test func boundSocketIsSeen() async throws {
    try await Laboratory.withNew { laboratory in
      _ = try laboratory.boundSocket(to: LabEndpoint(.loopbackV4, 8080))
      let diagnosis = try Self.diagnose(BindRequest(.tcp, "0.0.0.0:8080", uid: 0))
      #expect(diagnosis.verdict == .conflict)
      #expect(diagnosis.sockets.map(\.use) == [.boundInactive])
      #expect(diagnosis.sockets.first?.holders.isEmpty == false)
    }
  }

  @Test func listenerOfAnotherNamespaceIsNamedAndDoesNotConflict() async throws {
    try await Laboratory.withNew { laboratory in
      _ = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 18_080))
      let namespace = laboratory.namespace.inode
      let path = laboratory.namespace.path
      try LabNamespace.withNew { other in
        #expect(other.inode != namespace)
        // /proc/PID/ns shows one namespace for all threads of a process, so the namespace is given by its own path.
        var inspector = try SocketInspector(in: .at(path: path))
        #expect(try inspector.dump(SocketQuery(.tcp, states: .listen)).sockets.map(\.local.port) == [18_080])
        #expect(try Self.diagnose(BindRequest(.tcp, "127.0.0.1:18080", uid: 0)).verdict == .free)
      }
    }
  }

  /// Sockets, settings, addresses and what the kernel refuses are those of the namespace.
  @Test func otherNamespaceIsDiagnosedFromOutside() async throws {
    try await Laboratory.withNew { laboratory in
      _ = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 18_081))
      try laboratory.namespace.set("net.ipv4.ip_unprivileged_port_start", to: 99)
      let namespace = try NetworkNamespace.current()
      try LabNamespace.withNew { other in
        let home = try NetworkNamespace.current()
        // Here the loopback address is gone, and the port is free.
        #expect(try other.run(["ip", "address", "flush", "dev", "lo"]).status == 0)
        var diagnostician = try Diagnostician(in: namespace)
        func verdict(_ address: SocketAddress, uid: UInt32 = 0) throws -> Diagnosis.Verdict {
          try diagnostician.diagnose(BindRequest(.tcp, address, uid: uid), [.owners, .heldOptions, .probe]).verdict
        }
        #expect(try verdict("127.0.0.1:18081") == .conflict)
        #expect(try verdict("127.0.0.1:18082") == .free)
        #expect(try verdict("127.0.0.1:98", uid: 65534) == .error(.accessDenied))
        #expect(try verdict("127.0.0.1:99", uid: 65534) == .free)
        #expect(try Self.diagnose(BindRequest(.tcp, "127.0.0.1:18081", uid: 0)).verdict == .error(.addressNotAvailable))
        #expect(try NetworkNamespace.current() == home && home != namespace)
      }
    }
  }

  @Test func namespaceThatMayNotBeEnteredIsNotDiagnosed() throws {
    let error = try LoneThread.run(.unprivileged) { () -> SockDiagError? in
      let namespace = try NetworkNamespace.of(process: 1)
      // In the namespace of this process nothing has to be entered.
      guard namespace.isHidden else { return nil }
      return #expect(throws: SockDiagError.self) { _ = try Diagnostician(in: namespace) }
    }
    #expect(error == nil || error?.code == .namespaceForbidden)
  }

  @Test func exhaustedRangeLeavesNoPortToChoose() async throws {
    try await Laboratory.withNew { laboratory in
      try FileText.write("40000 40003", to: "/proc/sys/net/ipv4/ip_local_port_range")
      let request = BindRequest(.tcp, "127.0.0.1:0", uid: 0)
      #expect(try Self.diagnose(request).freePorts == 4)
      for port in UInt16(40_000)...40_003 { _ = try laboratory.boundSocket(to: LabEndpoint(.loopbackV4, port)) }
      let diagnosis = try Self.diagnose(request, [.probe])
      #expect(diagnosis.prediction.bind == .fails(.addressInUse))
      #expect(diagnosis.probe == .failed(.addressInUse))
    }
  }

  @Test func multipathListenerIsReadLikeAnyOther() async throws {
    try await Laboratory.withNew { laboratory in
      _ = try laboratory.tcpListener(.mptcp, on: LabEndpoint(.loopbackV4, 8080), options: [.reusePort])
      let diagnosis = try Self.diagnose(BindRequest(.tcp, "127.0.0.1:8080", options: .reusePort, uid: 0))
      #expect(diagnosis.sockets.map(\.optionsSource) == [.read])
      #expect(diagnosis.verdict == .free)
    }
  }
}
