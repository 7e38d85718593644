import BindDiagnosis
import Glibc
import PortControl
import SockDiag
import SockDiagTesting
import SocketLaboratory
import SocketLaboratoryKit
import SocketOwners
import Synchronization
import Testing

/// A wait as an asynchronous sequence, for real sockets.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct WaitStepTests {
  private static let place = LabEndpoint(.loopbackV4, 8080)

  /// The steps of a wait in words. Each is passed to `body` when it comes.
  private static func steps(
    _ wait: PortWait, _ body: @escaping @Sendable (WaitStep) -> Void = { _ in }
  ) -> DetachedWork<[String]> {
    DetachedWork {
      var texts: [String] = []
      for try await step in wait {
        texts.append("\(step)")
        body(step)
      }
      return texts
    }
  }

  /// The number of steps that have come. Another thread reads it.
  private final class Count: Sendable {
    private let count = Atomic<Int>(0)
    func add() { count.add(1, ordering: .sequentiallyConsistent) }
    func wait(for number: Int) {
      while count.load(ordering: .sequentiallyConsistent) < number { usleep(1_000) }
    }
  }

  @Test func freePortHasOneStep() async throws {
    let steps = try await Laboratory.withNew { laboratory in
      try Self.steps(PortWait(.free(PortSelection(8080)), timeout: .zero, from: try .inside(laboratory))).value()
    }
    #expect(steps == ["reached"])
  }

  @Test func stepsNameTheHolderUntilItReleasesThePort() async throws {
    let (steps, pid) = try await Laboratory.withNew { laboratory in
      let subject = try #require(try Subject.holders(laboratory, [Subject.Script.plain]).first)
      let count = Count()
      let work = Self.steps(PortWait(.free(PortSelection(8080)), timeout: .seconds(60), from: try .inside(laboratory)))
      {
        _ in
        count.add()
      }
      count.wait(for: 1)
      subject.end()
      return (try work.value(), subject.pid)
    }
    #expect(steps.first == "waiting: 8080/tcp is in use by sh (pid \(pid), root)" || steps.count > 1)
    #expect(steps.contains { $0.contains("in use by sh (pid \(pid), root)") }, "\(steps)")
    #expect(steps.last == "reached")
  }

  @Test func stepsEndWithTheTimeout() async throws {
    let (result, pid) = try await Laboratory.withNew { laboratory in
      let subject = try #require(try Subject.holders(laboratory, [Subject.Script.plain]).first)
      let viewpoint = try PortViewpoint.inside(laboratory)
      let work = DetachedWork {
        try await PortWait(.free(PortSelection(8080)), timeout: .milliseconds(200), from: viewpoint).result()
      }
      return (try work.value(), subject.pid)
    }
    #expect(result.outcome == .timedOut && result.limit == .milliseconds(200))
    #expect(result.diagnoses.flatMap(\.blockers).flatMap(\.processes).contains { $0.process.pid == pid })
    #expect("\(result)".hasPrefix("timed out: "))
  }

  @Test func listenerIsSeenWhenItAppears() async throws {
    let (first, result) = try await Laboratory.withNew { laboratory in
      let count = Count()
      let viewpoint = try PortViewpoint.inside(laboratory)
      let goal = PortWait.Goal.listening(PortSelection(8080, at: .addresses([IPAddress(v4: 0x7f00_0001)])))
      let work = DetachedWork {
        var (first, last): (String?, WaitResult?) = (nil, nil)
        for try await step in PortWait(goal, timeout: .seconds(60), from: viewpoint) {
          if first == nil { first = "\(step)" }
          if case .ended(let result) = step { last = result }
          count.add()
        }
        return (first, last)
      }
      count.wait(for: 1)
      let listener = try laboratory.tcpListener(on: Self.place)
      return try withExtendedLifetime(listener) { try work.value() }
    }
    #expect(first == "waiting: nothing is there")
    #expect(result?.isReached == true)
    #expect(result?.ports.map(\.number) == [8080] && result?.ports.first?.listeners.map(\.state) == [.listen])
  }

  @Test func nameOfAUNIXSocketIsWaitedFor() async throws {
    let name = UnixSocketName.abstract(Array("sockdiag-\(getpid())-wait".utf8))
    let outcomes = try await Laboratory.withNew { laboratory in
      let viewpoint = try PortViewpoint.inside(laboratory)
      return try [PortWait.Goal.freeNames([UnixRequest(name)]), .servedNames([UnixRequest(name)])].map { goal in
        try DetachedWork { try await PortWait(goal, timeout: .zero, from: viewpoint).result() }.value()
      }
    }
    #expect(outcomes.map(\.outcome) == [.reached, .timedOut])
    #expect(outcomes.last?.unixDiagnosis?.verdict == .free)
  }

  /// The thread sleeps for seconds, and the task gets the end at once.
  @Test func cancelledTaskIsNotKeptWaiting() async throws {
    let (time, steps, threads) = try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: Self.place)
      return try withExtendedLifetime(listener) {
        let count = Count()
        let work = Self.steps(PortWait(.free(PortSelection(8080)), from: try .inside(laboratory))) { _ in count.add() }
        count.wait(for: 2)
        // It has subscribed to events and sleeps.
        usleep(100_000)
        let before = Self.threads(of: laboratory.namespace)
        let begin = ContinuousClock.now
        work.cancel()
        let steps = try work.value()
        let time = begin.duration(to: .now)
        var after = before
        for _ in 0..<1_000 where after > 1 {
          usleep(5_000)
          after = Self.threads(of: laboratory.namespace)
        }
        return (time, steps, [before, after])
      }
    }
    #expect(time < .seconds(1), "\(time)")
    #expect(!steps.contains { $0 == "reached" })
    #expect(threads == [2, 1], "the thread of the wait ends")
  }

  /// The number of threads of this process that are in a namespace.
  private static func threads(of namespace: LabNamespace) -> Int {
    // SAFETY: the path is a literal, and the directory is closed below.
    guard let directory = unsafe opendir("/proc/self/task") else { return 0 }
    defer { unsafe closedir(directory) }
    var count = 0
    // SAFETY: the entry lives until the next is read.
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      var status = stat()
      // SAFETY: the path is copied, and the call fills the structure.
      if unsafe stat("/proc/self/task/\(name)/ns/net", &status) == 0, UInt64(status.st_ino) == namespace.inode {
        count += 1
      }
    }
    return count
  }

  /// A port that needs a privilege stays forbidden.
  @Test func errorThatDoesNotPassIsThrown() async throws {
    let error = try await Laboratory.withNew { laboratory in
      let request = BindRequest(.tcp, "127.0.0.1:80", uid: 65534)
      let wait = PortWait(.free([request]), from: try .inside(laboratory))
      return try DetachedWork { () -> PortControlError? in
        do throws(PortControlError) { _ = try await wait.result() } catch { return error }
        return nil
      }.value()
    }
    #expect(error?.code == .permanentFailure && error?.errno == EACCES)
    #expect(error?.diagnosis?.request.local == "127.0.0.1:80")
    #expect(error.map { "\($0)" }?.hasPrefix("bind() of 127.0.0.1:80 fails with EACCES (Permission denied): ") == true)
  }

  /// A viewpoint that cannot be taken is an error, and not a wait.
  @Test func errorOfTheViewpointIsThrown() async throws {
    let viewpoint = PortViewpoint(preparingThread: { () throws(SockDiagError) in
      throw SockDiagError(.namespaceForbidden, operation: "enter")
    })
    do throws(PortControlError) {
      for try await step in PortWait(.free(PortSelection(8080)), from: viewpoint) { Issue.record("\(step)") }
      Issue.record("the wait has no error")
    } catch {
      #expect(error.code == .sockets && error.socketsError?.code == .namespaceForbidden)
    }
  }

  /// A scripted kernel answers in place of the host, so a wait is tested without sockets.
  @Test func viewpointReplacesTheKernel() async throws {
    let listener = InetSocket.specimen(.tcp, .listen, local: "127.0.0.1:8080")
    let viewpoint = PortViewpoint(inspector: { () throws(SockDiagError) in SocketInspector(answering: [listener]) })
    let result = try await PortWait(.listening(PortSelection(8080)), timeout: .zero, from: viewpoint).result()
    #expect(result.isReached && result.ports.first?.listeners.map(\.local) == ["127.0.0.1:8080"])
  }
}
