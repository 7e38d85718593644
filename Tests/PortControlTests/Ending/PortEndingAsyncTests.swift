import BindDiagnosis
import Glibc
import PortControl
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import SocketOwners
import Testing

/// Ending the holders of a port from a task, for real processes.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct PortEndingAsyncTests {
  /// Short, since nothing starts the processes again.
  private static let options = EndingOptions(grace: .seconds(10), settle: .milliseconds(300))

  @Test func holdersAreEndedAndThePortIsFree() async throws {
    let (targets, report, signals) = try await Laboratory.withNew { laboratory in
      let subjects = try Subject.holders(laboratory, [Subject.Script.plain, Subject.Script.plain])
      let viewpoint = try PortViewpoint.inside(laboratory)
      let (targets, report) = try DetachedWork {
        let ending = try await PortEnding.look(at: PortSelection(8080), from: viewpoint)
        let targets = ending.targets
        return (targets, try await ending.end(Self.options))
      }.value()
      return ((targets.map(\.process.pid).sorted(), subjects.map(\.pid).sorted()), report, subjects.map(\.endingSignal))
    }
    #expect(targets.0 == targets.1)
    #expect(report.outcomes.map(\.outcome) == [.ended, .ended] && signals == [SIGTERM, SIGTERM])
    #expect(report.port.isFree)
    #expect("\(report)".hasSuffix("8080/tcp is free: bind() and listen() succeed"), "\(report)")
    for target in report.outcomes.map(\.target) { #expect(report[target] == .ended) }
  }

  /// The other holder keeps the port.
  @Test func onlyChosenProcessesAreSignalled() async throws {
    let (report, running, chosen) = try await Laboratory.withNew { laboratory in
      let subjects = try Subject.holders(laboratory, [Subject.Script.plain, Subject.Script.plain])
      let viewpoint = try PortViewpoint.inside(laboratory)
      let chosen = subjects[0].pid
      let report = try DetachedWork {
        let ending = try await PortEnding.look(at: PortSelection(8080), from: viewpoint)
        let some = ending.targets.filter { $0.process.pid == chosen }
        return try await ending.end(Self.options, only: some)
      }.value()
      return (report, subjects.map(\.isRunning), chosen)
    }
    #expect(running == [false, true])
    for ending in report.outcomes {
      let isChosen = ending.target.process.pid == chosen
      #expect(ending.outcome == (isChosen ? .ended : .spared))
      #expect((ending.target.refusal == nil) == isChosen)
    }
    #expect(report.port.verdict == .conflict)
  }

  /// This process holds the port. It does not end itself.
  @Test func ownProcessIsNeverEnded() async throws {
    let (refusal, error) = try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8080))
      let viewpoint = try PortViewpoint.inside(laboratory)
      return try withExtendedLifetime(listener) {
        try DetachedWork { () -> (EndingRefusal?, PortControlError?) in
          let ending = try await PortEnding.look(at: PortSelection(8080), from: viewpoint)
          let refusal = ending.refusal
          do throws(PortControlError) { _ = try await ending.end() } catch { return (refusal, error) }
          return (refusal, nil)
        }.value()
      }
    }
    #expect(refusal?.kind == .onlyThisProcess)
    #expect(refusal.map { "\($0)" } == "only this process holds port 8080: it inherited the socket")
    #expect(error?.code == .refused && error?.refusal?.kind == .onlyThisProcess)
  }

  @Test func portWithoutAHolderIsRefused() async throws {
    let refusals = try await Laboratory.withNew { laboratory in
      let viewpoint = try PortViewpoint.inside(laboratory)
      let udp = try laboratory.udpSocket(bound: LabEndpoint(.loopbackV4, 8081))
      return try withExtendedLifetime(udp) {
        try [8080, 8081].map { port in
          try DetachedWork { try await PortEnding.look(at: PortSelection(port), from: viewpoint).refusal }.value()
        }
      }
    }
    #expect(refusals.map { $0?.kind } == [.noHolder, .onlyOtherProtocol])
    #expect(refusals[0].map { "\($0)" } == "no process holds port 8080")
    #expect(refusals[1]?.otherProtocol == PortSelection(8081, [.udp]))
    #expect(refusals[1]?.processes.map(\.process.pid) == [getpid()])
  }

  /// A unit would start the process again, so that the unit is to be stopped instead.
  @Test(.enabled(if: TemporaryCgroup.isPermitted, "needs the right to make cgroups"))
  func supervisedProcessIsEndedOnlyOnRequest() async throws {
    let (error, isRunning, report, unit) = try await Laboratory.withNew { laboratory in
      let cgroup = try laboratory.cgroup(named: "sockdiag-test", suffix: ".service")
      let subject = try #require(try Subject.holders(laboratory, [Subject.Script.plain]).first)
      try cgroup.add(subject.pid)
      defer { subject.end() }
      let viewpoint = try PortViewpoint.inside(laboratory)
      let error = try DetachedWork { () -> PortControlError? in
        do throws(PortControlError) {
          _ = try await PortEnding.look(at: PortSelection(8080), from: viewpoint).end()
        } catch {
          return error
        }
        return nil
      }.value()
      let isRunning = subject.isRunning
      let report = try DetachedWork {
        var options = Self.options
        options.endsSupervised = true
        return try await PortEnding.look(at: PortSelection(8080), from: viewpoint).end(options)
      }.value()
      return (error, isRunning, report, cgroup.name)
    }
    #expect(error?.refusal?.kind == .supervised && isRunning)
    #expect(error.map { "\($0)" }?.hasSuffix(" is run by \(unit), which may start it again") == true)
    #expect(report.outcomes.map(\.outcome) == [.ended])
  }

  /// The process ignores the signal. A cancelled task sends no second one.
  @Test func cancelledTaskDoesNotKill() async throws {
    let (outcomes, isRunning, time) = try await Laboratory.withNew { laboratory in
      let subject = try #require(try Subject.holders(laboratory, [Subject.Script.stubborn]).first)
      let viewpoint = try PortViewpoint.inside(laboratory)
      let begin = ContinuousClock.now
      let work = DetachedWork {
        let ending = try await PortEnding.look(at: PortSelection(8080), from: viewpoint)
        return try await ending.end(EndingOptions(grace: .seconds(50))).outcomes.map(\.outcome)
      }
      usleep(500_000)
      work.cancel()
      return (try work.value(), subject.isRunning, begin.duration(to: .now))
    }
    #expect(outcomes == [.running] || outcomes == [.spared], "\(outcomes)")
    #expect(isRunning && time < .seconds(30))
  }

  @Test func holderOfAUNIXSocketIsEnded() async throws {
    let name = UnixSocketName.abstract(Array("sockdiag-\(getpid())-end".utf8))
    let script = """
      import socket, sys
      s = socket.socket(socket.AF_UNIX)
      s.bind("\\0" + sys.argv[1])
      s.listen()
      print("ready", flush=True)
      sys.stdin.readline()
      """
    let (report, signal, pid) = try await Laboratory.withNew { laboratory in
      let subject = try Subject(
        "exec python3 -c \"$1\" \"$2\"", holding: [], ["sh", script, "sockdiag-\(getpid())-end"])
      let viewpoint = try PortViewpoint.inside(laboratory)
      let report = try DetachedWork {
        try await UnixEnding.look(at: [UnixRequest(name)], from: viewpoint).end(Self.options)
      }.value()
      return (report, subject.endingSignal, subject.pid)
    }
    #expect(report.outcomes.map(\.target.process.pid) == [pid] && report.outcomes.map(\.outcome) == [.ended])
    #expect(signal == SIGTERM && report.names.map(\.verdict) == [.free])
  }
}
