import BindDiagnosis
import BindSituationKit
import CSocketLaboratoryKit
import Glibc
import SockDiag
import SockDiagWire
import SocketLaboratory
import SocketLaboratoryKit
import Synchronization
import Testing

/// A probe leaves no trace.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make namespaces"))
struct ProbeResidueTests {
  @Test(arguments: [TransportProtocol.tcp, .udp], [LabAddress.loopbackV4, .anyV6])
  func probeLeavesNoSocket(_ transport: TransportProtocol, _ address: LabAddress) async throws {
    try await Laboratory.withNew { (laboratory: Laboratory) throws in
      for option in [BindOptions(), .reuseAddress, .reusePort, .transparent] {
        let local = SocketAddress(address.address, port: 8080)
        #expect(try BindProbe.quietOutcome(of: BindRequest(transport, local, options: option, uid: 1000)) == 0)
        #expect(try socketsWithPort().isEmpty)
      }
      // The port is free again: a socket that shares nothing gets it.
      _ = try laboratory.boundSocket(transport == .tcp ? .tcp : .udp, to: LabEndpoint(address, 8080))
      #expect(try socketsWithPort().count == 1)
    }
  }

  @Test func callerKeepsItsUser() async throws {
    try await Laboratory.withNew { (_: Laboratory) throws in
      let before = try Privileges.ofCallingThread()
      let request = BindRequest(.tcp, "127.0.0.1:80", uid: 1000, mayBindPrivilegedPorts: false)
      #expect(try BindProbe.quietOutcome(of: request) == EACCES)
      #expect(try Privileges.ofCallingThread() == before)
      let status = try FileText.read("/proc/thread-self/status").split(separator: "\n")
      let users = try #require(status.first { $0.hasPrefix("Uid:") })
      #expect(users == "Uid:\t0\t0\t0\t0")
    }
  }

  /// Other tests change users at the same time, so a single check may fail by chance; a probe that restored nothing
  /// would fail every one.
  @Test func processStaysDumpable() async throws {
    try await Laboratory.withNew { (_: Laboratory) throws in
      let looks = try (0..<50).map { _ in
        socklab_set_dumpable(true)
        _ = try BindProbe.quietOutcome(of: BindRequest(.tcp, "127.0.0.1:8080", uid: 1000))
        return socklab_is_dumpable()
      }
      #expect(looks.contains(true))
    }
  }

  /// Probes share the port of a listener repeatedly, while clients connect.
  @Test func noConnectionIsTaken() async throws {
    try await Laboratory.withNew { (laboratory: Laboratory) throws in
      let endpoint = LabEndpoint(.loopbackV4, 8080)
      let listener = try laboratory.tcpListener(on: endpoint, backlog: 1024, options: [.reusePort])
      let prober = Prober(BindRequest(.tcp, "127.0.0.1:8080", options: [.reusePort], uid: 0))
      try prober.start()
      while prober.count < 10 { usleep(1000) }
      for _ in 0..<500 {
        let client = try laboratory.tcpClient(to: endpoint)
        let server = try listener.accept()
        #expect(client.tcpState == .established)
        client.close()
        server.close()
      }
      prober.stop()
      #expect(prober.failures == 0)
      #expect(prober.count > 10)
    }
  }
}

/// A thread that makes probes repeatedly, in the namespace of the thread that starts it.
private final class Prober: Sendable {
  private let request: BindRequest
  private let state = Mutex((isStopped: false, hasEnded: false, count: 0, failures: 0))

  init(_ request: BindRequest) { self.request = request }

  var count: Int { state.withLock { $0.count } }
  var failures: Int { state.withLock { $0.failures } }

  func start() throws {
    var thread = pthread_t()
    // SAFETY: the retain is balanced by the thread, which takes it exactly once.
    let context = unsafe Unmanaged.passRetained(self)
    // SAFETY: the context is the retained object above, and the thread expects nothing else.
    let error = unsafe pthread_create(
      &thread, nil,
      { context in
        if let context = unsafe context {
          // SAFETY: `start` passed a retained Prober; this is its one release.
          unsafe Unmanaged<Prober>.fromOpaque(context).takeRetainedValue().run()
        }
        return nil
      }, context.toOpaque())
    guard error == 0 else { throw Refusal(errno: error) }
    pthread_detach(thread)
  }

  /// Waits until the last probe is over.
  func stop() {
    state.withLock { $0.isStopped = true }
    while !state.withLock({ $0.hasEnded }) { usleep(1000) }
  }

  private func run() {
    while !state.withLock({ $0.isStopped }) {
      let outcome = try? BindProbe.outcome(of: request)
      state.withLock {
        $0.count += 1
        if outcome != 0 { $0.failures += 1 }
      }
    }
    state.withLock { $0.hasEnded = true }
  }
}
