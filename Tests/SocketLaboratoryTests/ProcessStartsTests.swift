import Dispatch
import Foundation
import SocketLaboratory
import SocketLaboratoryKit
import Synchronization
import Testing

/// A process that is being started has copies of all descriptors. Closing a socket waits until it has none.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct ProcessStartsTests {
  private static let at = LabEndpoint(.loopbackV4, 8080)

  @Test func closingWaitsForAProcessThatIsBeingStarted() async throws {
    let isOver = try await Laboratory.withNew { laboratory in
      let socket = try laboratory.tcpListener(on: Self.at)
      let start = SlowStart()
      socket.close()
      return start.isOver
    }
    #expect(isOver)
  }

  @Test func portIsFreeAsSoonAsItsSocketIsClosed() async throws {
    async let starts: Void = Laboratory.withNew { laboratory in
      let socket = try laboratory.boundSocket(to: Self.at)
      for _ in 0..<20 {
        _ = try laboratory.namespace.run(["true"])
        for holding in LabHolder.Holding.allCases where holding.isPossible { try LabHolder(holding, socket).letGo() }
        _ = try LabServer("some-server", holding: [socket], leavingOpen: true)
      }
    }
    try await Laboratory.withNew { laboratory in
      for _ in 0..<1000 { try laboratory.tcpListener(on: Self.at).close() }
    }
    try await starts
  }

  /// The thread that blocks process starts may itself start a process, and may close sockets.
  @Test func threadThatBlocksStartsMayStart() async throws {
    let status = try await Laboratory.withNew { laboratory in
      let socket = try laboratory.tcpListener(on: Self.at)
      return try ProcessStarts.heldOff {
        socket.close()
        return try laboratory.namespace.run(["true"]).status
      }
    }
    #expect(status == 0)
  }
}

/// Starts a process on another thread, slowly.
private final class SlowStart: Sendable {
  private let state = Atomic<Bool>(false)

  /// Returns when the start has begun.
  init() {
    let hasBegun = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      ProcessStarts.announced {
        hasBegun.signal()
        usleep(50_000)
        self.state.store(true, ordering: .releasing)
      }
    }
    hasBegun.wait()
  }

  var isOver: Bool { state.load(ordering: .acquiring) }
}
