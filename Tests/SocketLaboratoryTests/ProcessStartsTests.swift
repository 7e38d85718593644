import Dispatch
import Foundation
import SocketLaboratory
import SocketLaboratoryKit
import Synchronization
import Testing

/// A process that is being started has copies of all descriptors. Closing a socket waits until the process has closed
/// them.
@Suite(.enabled(if: NetworkNamespace.isPermitted, "needs the right to make network namespaces"))
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

  @Test func aPortIsFreeAsSoonAsItsSocketIsClosed() async throws {
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

  /// Where nobody else may start a process, who holds the others off still may, and may close.
  @Test func whoHoldsStartsOffMayStart() async throws {
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

/// The start of a process on another thread, which takes a while.
private final class SlowStart: Sendable {
  private let state = Atomic<Bool>(false)

  /// Returns when it has begun.
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
