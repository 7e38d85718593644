import BindTrace
import Foundation
import Glibc
import SockDiagWire
import SocketLaboratory
import Testing

/// Every bind() and listen() is seen, however the thread that makes it came to be.
@Suite(
  .enabled(if: NetworkNamespace.isPermitted, "needs the right to make namespaces"), .timeLimit(.minutes(20)))
struct CallTests {
  @Test func failingBindIsSeen() async throws {
    let watched = try await Subject.watch("bind-fail", "8001")
    #expect(watched.report == BindTraceReport(.exited(0)))
    #expect(watched.lines == ["bind 127.0.0.1:8001 0", "bind 127.0.0.1:8001 \(EADDRINUSE)"])
    let last = try #require(watched.calls.last)
    #expect(last.family == .inet && last.protocol == .tcp && last.threadID == last.processID)
    #expect(last.hasOwnDescriptors == false && last.backlog == nil && last.descriptor > watched.calls[0].descriptor)
  }

  @Test func failingListenIsSeenWithTheAddressOfTheSocket() async throws {
    let watched = try await Subject.watch("listen-fail", "8002")
    #expect(watched.lines.suffix(2) == ["listen 127.0.0.1:8002 0", "listen 127.0.0.1:8002 \(EADDRINUSE)"])
    #expect(watched.calls.suffix(2).map(\.backlog) == [5, 7])
  }

  @Test func listenWithoutBindHasThePortThatItGot() async throws {
    let call = try #require(try await Subject.watch("listen-unbound").calls.first)
    #expect(call.kind == .listen && call.family == .inet6 && call.errno == 0)
    #expect(call.address?.address == .anyV6)
    #expect(call.address?.port != 0)
  }

  @Test(arguments: ["fork", "vfork", "thread-exec", "leader-gone", "pid-namespace"])
  func callIsSeenHoweverItsThreadCameToBe(_ mode: String) async throws {
    let watched = try await Subject.watch(mode, "8003")
    #expect(watched.report == BindTraceReport(.exited(mode == "leader-gone" ? 6 : 0)))
    #expect(watched.lines == ["bind 127.0.0.1:8003 0"] + (mode == "pid-namespace" ? ["bind 127.0.0.1:8004 0"] : []))
    let call = try #require(watched.calls.first)
    #expect((call.threadID == call.processID) == !["leader-gone", "pid-namespace"].contains(mode))
    // The second call is that of the process whose thread made the first.
    if let second = watched.calls.dropFirst().first { #expect(second.threadID == call.processID) }
  }

  @Test func callsOfAllThreadsAreSeenOnce() async throws {
    let watched = try await Subject.watch("threads", "50")
    #expect(Set(watched.lines) == Set((0..<50).map { "bind 127.0.0.1:\(8100 + $0) 0" }))
    #expect(watched.calls.count == 50)
    #expect(Set(watched.calls.map(\.processID)).count == 1)
    #expect(Set(watched.calls.map(\.threadID)).count == 50)
  }

  @Test func socketOfAThreadWithItsOwnTableIsTheOneExamined() async throws {
    let watched = try await Subject.watch("own-table", "8009")
    // In the table of the process the descriptor is a unix socket's, which would not be reported.
    #expect(watched.calls.map(\.kind) == [.bind, .listen])
    for call in watched.calls {
      #expect(call.hasOwnDescriptors == true && call.family == .inet6 && call.protocol == .tcp)
      #expect(call.threadID != call.processID)
    }
    #expect(watched.calls.last?.backlog == 4)
  }

  @Test func processThatIsKilledInACallIsSurvived() async throws {
    let watched = try await Subject.watch("killed")
    #expect(watched.report == BindTraceReport(.exited(0)))
    #expect(watched.lines == ["bind 127.0.0.1:8081 0"])
  }

  @Test func hostileAddressesAreReportedWithWhatCouldBeRead() async throws {
    let watched = try await Subject.watch("hostile")
    #expect(watched.report.ending == .exited(0))
    #expect(
      watched.lines == [
        "bind - \(EFAULT)", "bind - \(EFAULT)", "bind - \(EINVAL)", "bind 0.0.0.0:8080 \(EINVAL)",
        "bind - \(EINVAL)", "bind - \(EINVAL)", "bind 0.0.0.0:8080 \(EFAULT)", "bind 0.0.0.0:8080 0",
      ])
    #expect(watched.calls.allSatisfy { $0.family == .inet && $0.protocol == .tcp })
  }

  @Test func onlyTheInternetIsReported() async throws {
    let watched = try await Subject.watch("families")
    #expect(watched.report == BindTraceReport(.exited(0)))
    #expect(
      watched.lines == [
        "bind 127.0.0.1:8085 \(EBADF)", "bind 127.0.0.1:8081 0", "bind 0.0.0.0:8082 0", "bind [fe80::]:8083 \(ENODEV)",
        "bind [::]:8084 0",
      ])
    #expect(watched.calls.map(\.scopeID) == [0, 0, 0, 77, 0])
    #expect(watched.calls.map(\.protocol) == [nil, .udp, .udp, .tcp, .tcp])
  }

  @Test func callsOfTheOlderArchitectureAreSeen() async throws {
    let watched = try await Subject.watch("compatible", "8010")
    // 77: another machine, or a kernel without them.
    if watched.report.ending == .exited(77) { return }
    #expect(watched.report == BindTraceReport(.exited(0)))
    #expect(
      watched.lines == [
        "bind 0.0.0.0:8010 0", "listen 0.0.0.0:8010 0", "bind 0.0.0.0:8010 \(EINVAL)", "listen 0.0.0.0:8010 0",
      ])
    #expect(watched.calls.map(\.backlog) == [nil, 11, nil, 12])
  }

  /// While the closure runs, the socket is where the call left it.
  @Test func threadIsStoppedWhileItsCallIsLookedAt() async throws {
    let states = try await NetworkNamespace.withNew { _ in
      var states: [Character?] = []
      let thread = pthread_self()
      _ = try Subject.trace([Subject.path, "bind-fail", "8001"]) { call in
        states.append(ProcessStatus(call.processID)?.state)
        #expect(pthread_equal(thread, pthread_self()) != 0)
        let link = "/proc/\(call.processID)/task/\(call.threadID)/fd/\(call.descriptor)"
        let target = try FileManager.default.destinationOfSymbolicLink(atPath: link)
        #expect(target.hasPrefix("socket:"))
        return .continue
      }
      return states
    }
    #expect(states == ["t", "t"])
  }
}
