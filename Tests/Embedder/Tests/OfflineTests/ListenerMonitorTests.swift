import Polling
import SockDiagTesting
import Testing

/// Tests of a program that reads sockets, without root and without netlink.
@Suite struct ListenerMonitorTests {
  private let kernel = SimulatedKernel([
    .specimen(.tcp, .listen, local: "0.0.0.0:443") { $0.receiveQueue = 7 },
    .specimen(local: "10.0.0.1:443", remote: "10.0.0.9:51000"),
  ])

  @Test func newListenerIsReportedOnce() async throws {
    let monitor = try ListenerMonitor(SocketInspector(asking: kernel))
    #expect(try await monitor.poll().map(\.socket.local.port) == [443])
    #expect(try await monitor.poll().isEmpty)
    kernel.sockets.append(.specimen(.tcp, .listen, local: "[::1]:8080"))
    #expect(try await monitor.poll().map(\.socket.local) == ["[::1]:8080"])
    #expect(try await monitor.longestQueue() == 7)
  }

  @Test func refusalReachesTheCaller() async throws {
    let monitor = try ListenerMonitor(SocketInspector(asking: kernel))
    kernel.answer(.dump, with: .error(1))
    await #expect(throws: SockDiagError.self) { try await monitor.poll() }
  }
}
