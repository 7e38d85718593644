import BindTrace
import Foundation
import Glibc
import SockDiagWire
import SocketLaboratory
import SocketLaboratoryKit
import Synchronization
import Testing

/// Every bind() and listen() is reported, however its thread was started.
@Suite(
  .enabled(if: LabNamespace.isPermitted, "needs the right to make namespaces"), .timeLimit(.minutes(20)))
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
  func callsOfEveryKindOfThreadAreReported(_ mode: String) async throws {
    let watched = try await Subject.watch(mode, "8003")
    #expect(watched.report == BindTraceReport(.exited(mode == "leader-gone" ? 6 : 0)))
    #expect(watched.lines == ["bind 127.0.0.1:8003 0"] + (mode == "pid-namespace" ? ["bind 127.0.0.1:8004 0"] : []))
    let call = try #require(watched.calls.first)
    #expect((call.threadID == call.processID) == !["leader-gone", "pid-namespace"].contains(mode))
    // The first call is made by a thread of the process that makes the second.
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
    // In the table of the process the same descriptor is a UNIX socket, which would not be reported.
    #expect(watched.calls.map(\.kind) == [.bind, .listen])
    for call in watched.calls {
      #expect(call.hasOwnDescriptors == true && call.family == .inet6 && call.protocol == .tcp)
      #expect(call.threadID != call.processID)
    }
    #expect(watched.calls.last?.backlog == 4)
  }

  @Test func tracingSurvivesAProcessKilledInACall() async throws {
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

  @Test func onlyInternetAndUnixSocketsAreReported() async throws {
    let watched = try await Subject.watch("families")
    #expect(watched.report == BindTraceReport(.exited(0)))
    #expect(
      watched.lines == [
        "bind @bind-trace-subjec 0", "listen @bind-trace-subjec 0", "bind - \(EINVAL)",
        "bind 127.0.0.1:8085 \(EBADF)", "bind 127.0.0.1:8081 0", "bind 0.0.0.0:8082 0", "bind [fe80::]:8083 \(ENODEV)",
        "bind [::]:8084 0",
      ])
    #expect(watched.calls.map(\.scopeID) == [0, 0, 0, 0, 0, 0, 77, 0])
    #expect(watched.calls.map(\.isOnUnixSocket) == [true, true, true, false, false, false, false, false])
    #expect(watched.calls.map(\.protocol) == [nil, nil, nil, nil, .udp, .udp, .tcp, .tcp])
  }

  @Test func connectIsReportedIfItFails() async throws {
    let folder = try TemporaryFolder()
    let file = folder.file("socket")
    let watched = try await Subject.watch("connections", file)
    #expect(watched.report == BindTraceReport(.exited(0)))
    #expect(
      watched.lines == [
        "connect 127.0.0.1:8090 \(ECONNREFUSED)", "connect \(file) \(ENOENT)", "bind \(file) 0",
        "bind \(file) \(EADDRINUSE)", "connect \(file) \(ECONNREFUSED)", "bind 127.0.0.1:8090 0",
        "listen 127.0.0.1:8090 0",
      ])
    #expect(watched.calls.first?.protocol == .tcp)
  }

  @Test func ringIsReportedIfItWasMade() async throws {
    #expect(try await !Subject.watch("ring", "0").report.usedIOUring)
    let report = try await Subject.watch("ring", "2").report
    // 77: forbidden here.
    #expect(report.usedIOUring == (report.ending != .exited(77)))
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

  /// While the closure runs, the socket is as the call left it.
  @Test func threadIsStoppedWhileItsCallIsExamined() async throws {
    let states = try await LabNamespace.withNew { _ in
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

  /// The length of the output of a process that prints while its other thread is stopped.
  private static func written(_ call: BindCall) -> Int? {
    (try? String(contentsOfFile: "/proc/\(call.processID)/io", encoding: .utf8))?.split(separator: "\n")
      .first { $0.hasPrefix("syscw: ") }.flatMap { Int($0.dropFirst(7)) }
  }

  @Test func otherThreadsGoOnWhileACallIsExamined() async throws {
    let (report, hasGoneOn) = try await LabNamespace.withNew { _ in
      var hasGoneOn: [Bool] = []
      let command = ["sh", "-c", "exec \"$0\" work-beside 8001 > /dev/null", Subject.path]
      let report = try Subject.trace(command) { call in
        let before = try #require(Self.written(call))
        hasGoneOn.append(eventually { Self.written(call).map { $0 > before + 100 } ?? false })
        return .continue
      }
      return (report, hasGoneOn)
    }
    #expect(report == BindTraceReport(.exited(0)))
    #expect(hasGoneOn == [true])
  }

  /// Otherwise the socket would be gone before it was examined.
  @Test(arguments: ["exit", "exec"]) func processEndsWhenItsCallHasBeenExamined(_ how: String) async throws {
    let (report, isThere) = try await LabNamespace.withNew { _ in
      var isThere: [Bool] = []
      let report = try Subject.trace([Subject.path, "end-beside", "8001", how]) { call in
        // exit_group() and execve(): the call at which the first thread is held.
        let numbers: Set<Substring> = ["231", "94", "59", "221"]
        func isAtEnd() -> Bool? {
          let text = try? String(contentsOfFile: "/proc/\(call.processID)/syscall", encoding: .utf8)
          return text.map { numbers.contains($0.prefix { $0.isNumber }) }
        }
        #expect(eventually { isAtEnd() != false })
        // Enough time for it to end, if nothing held it.
        Thread.sleep(forTimeInterval: 0.05)
        let link = "/proc/\(call.processID)/task/\(call.threadID)/fd/\(call.descriptor)"
        isThere.append((try? FileManager.default.destinationOfSymbolicLink(atPath: link)) != nil)
        return .continue
      }
      return (report, isThere)
    }
    #expect(report == BindTraceReport(.exited(5)))
    #expect(isThere == [true])
  }

  /// All calls reach the closure that selects, on the tracing thread, and none reaches the other.
  @Test func unwantedCallsAreNotReported() async throws {
    let (report, seen, handedOver) = try await LabNamespace.withNew { _ in
      let seen = Mutex<[Int32]>([])
      let start = ProcessStarts()
      defer { start.end() }
      var handedOver: [Int32] = []
      let report = try BindTracer([Subject.path, "flood", "8001"]).run(where: { call in
        seen.withLock { seen in
          seen.append(call.errno)
          return seen.count == 2
        }
      }) { call in
        start.end()
        handedOver.append(call.errno)
        return .continue
      }
      return (report, seen.withLock { $0 }, handedOver)
    }
    #expect(report == BindTraceReport(.exited(7)))
    #expect(seen == [0] + Array(repeating: EADDRINUSE, count: 3200))
    #expect(handedOver == [EADDRINUSE])
  }
}
