internal import BindDiagnosis
internal import BindTrace
internal import Glibc
internal import SockDiag
internal import SockDiagWire
internal import SocketOwners

/// Runs a command for `why --run`. Failed calls of bind() and listen() are diagnosed with their own sockets while their
/// threads are stopped. Other failed calls are named, and repeats are counted.
struct WatchedRun: ~Copyable {
  private let command: [String]
  private let followsDescendants: Bool
  private let preset: Preset?
  private let writesJSON: Bool
  private let isVerbose: Bool
  private let terminal: Terminal
  private let names: NamespaceNames
  private var diagnostician: Diagnostician
  /// The namespace in which the diagnostician was created.
  private var namespace: UInt64?
  private let ledger = FailureLedger()
  /// How many calls on UNIX sockets were diagnosed.
  private var unixDiagnosisCount = 0

  init(
    _ command: [String], followsDescendants: Bool, preset: Preset?, writesJSON: Bool, isVerbose: Bool,
    terminal: Terminal, names: NamespaceNames
  ) throws {
    self.command = command
    self.followsDescendants = followsDescendants
    self.preset = preset
    self.writesJSON = writesJSON
    self.isVerbose = isVerbose
    self.terminal = terminal
    self.names = names
    diagnostician = try Diagnostician()
    namespace = (try? NetworkNamespace.current())?.id.inode
  }

  /// Runs the command to its end.
  ///
  /// The command is watched to its end even if reports fail, because callers wait for this process.
  ///
  /// - Returns: How the command ended.
  mutating func run() throws -> CommandEnding {
    // The command is watched even if no reader is left. The command itself keeps SIGPIPE.
    _ = signal(SIGPIPE, SIG_IGN)
    let tracer = BindTracer(command, followsDescendants: followsDescendants)
    let report: BindTraceReport
    let ledger = ledger
    do {
      report = try tracer.run(where: { ledger.isWanted($0) }) { call in
        tell(call)
        return .continue
      }
    } catch let error as BindTraceError {
      throw Self.failure(error, command)
    }
    tellRepeats()
    let (callCount, failureCount) = ledger.bindCounts
    if failureCount == 0, unixDiagnosisCount == 0, report.ending != .exited(0) {
      Diagnostics.report(
        callCount == 0
          ? "the command called neither bind() nor listen() on an internet socket"
          : "no bind() or listen() of the command failed, out of \(callCount)")
    }
    if report.usedIOUring {
      Diagnostics.report("the command used io_uring; calls of bind(), listen() and connect() through it were not seen")
    }
    if report.unwatchedThreadCount > 0 {
      Diagnostics.report(
        "\(report.unwatchedThreadCount) threads made calls of another architecture, which were not watched")
    }
    if report.unexaminedCallCount > 0 {
      let calls = report.unexaminedCallCount.counted("call")
      Diagnostics.report("the sockets of \(calls) could not be looked at; it takes the right to trace their process")
    }
    return report.ending
  }

  private mutating func tell(_ call: BindCall) {
    let failure = ledger.failure(of: call)
    let failed = FailedCall(call, failure)
    switch ledger.treatment(of: failure) {
    case .line: if !diagnoseUnix(failed) { name(failed) }
    case .diagnosis: diagnose(failed, repeats: nil)
    case .newDiagnosis(let repeats): diagnose(failed, repeats: repeats)
    }
  }

  /// Reports a call in one line.
  private func name(_ failed: FailedCall) {
    let (call, failure) = (failed.call, failed.failure)
    _ = ledger.note(failure, nil)
    let cause =
      failure.isDiagnosable
      ? "not diagnosed, as \(FailureLedger.diagnosisLimit) calls were already"
      : failure.cause(in: WorkingDirectory.of(call.processID))
    if writesJSON {
      write(
        FailedCallFields(
          failed: failed, diagnosis: nil, remarks: cause.map { [$0] } ?? [], preset: preset ?? .c, namespace: nil))
    } else {
      Diagnostics.report(
        "\(failure.text(failed.identity)) (\(SystemMessage.text(call.errno)))\(cause.map { ": " + $0 } ?? "")")
    }
  }

  /// Reports a bind() of a UNIX socket with a diagnosis.
  ///
  /// - Returns: `false` if there is no diagnosis that explains the error. Then the call is reported in one line.
  private mutating func diagnoseUnix(_ failed: FailedCall) -> Bool {
    let failure = failed.failure
    guard failure.kind == .bind, failure.isOnUnixSocket, unixDiagnosisCount < FailureLedger.diagnosisLimit,
      let request = UnixRequest(failed.call)
    else { return false }
    do throws(SockDiagError) {
      try enterNamespace(of: failed.call.processID)
      let diagnosis = try diagnostician.diagnose(request)
      // A socket that has a name already, for example, fails for a reason of its own.
      guard diagnosis.bind == .fails(failed.error) else { return false }
      unixDiagnosisCount += 1
      _ = ledger.note(failure, nil)
      report(failed, diagnosis.withAbsolutePath(in: WorkingDirectory.of(failed.call.processID)))
      return true
    } catch {
      return false
    }
  }

  private func report(_ failed: FailedCall, _ diagnosis: UnixDiagnosis) {
    var place: String?
    if let namespace {
      let holders = diagnosis.server?.holders.map(\.pid) ?? []
      place = names.name(of: namespace, holders: holders, caller: failed.call.processID)
    }
    guard !writesJSON else {
      var fields = FailedCallFields(
        failed: failed, diagnosis: nil, remarks: [], preset: preset ?? .c, namespace: place)
      fields.unix = diagnosis
      return write(fields)
    }
    var context = WhyContext(preset: preset ?? .c, namespace: place)
    context.question = UnixQuestion.line(diagnosis, namespace: place)
    var text = DiagnosisText(context, terminal)
    text.append(failed, diagnosis, isShort: !isVerbose)
    Diagnostics.write(text.bytes)
  }

  /// Reports a call with a diagnosis; a repeat only if the cause has changed.
  private mutating func diagnose(_ call: FailedCall, repeats: Int?) {
    var failed = call
    failed.lookAtSocket()
    var diagnosis: Diagnosis?
    do throws(SockDiagError) { diagnosis = try diagnose(&failed) } catch { failed.remark(undiagnosedFor: error) }
    let isNews = ledger.note(failed.failure, diagnosis.map(Obstacles.init))
    guard repeats == nil || isNews else { return }
    let preset = preset ?? failed.preset
    let place = place(of: failed.call, diagnosis)
    if writesJSON {
      write(
        FailedCallFields(
          failed: failed, diagnosis: diagnosis, remarks: failed.remarks, repeats: repeats, preset: preset,
          namespace: place))
    } else {
      var text = DiagnosisText(WhyContext(preset: preset, namespace: place), terminal)
      text.append(failed, diagnosis, repeats: repeats, isShort: !isVerbose)
      Diagnostics.write(text.bytes)
    }
  }

  /// Reports the calls that were only counted.
  private func tellRepeats() {
    for (failure, count) in ledger.repeats {
      if writesJSON {
        write(RepeatFields(failure: failure, repeats: count))
      } else {
        let times = count == 1 ? "once more" : "\(Figure.grouped(count)) more times"
        Diagnostics.report("\(failure.text()) \(times)")
      }
    }
    let count = ledger.unlistedCount
    guard count > 0 else { return }
    if writesJSON { return write(UnlistedFields(count: count)) }
    Diagnostics.report(
      "\(Figure.grouped(count)) other calls failed; only \(FailureLedger.failureLimit) different failures are shown")
  }

  private func write(_ fields: some FieldWritable) {
    var bytes: [UInt8] = []
    bytes.appendJSONLine(fields)
    Diagnostics.write(bytes)
  }

  private mutating func diagnose(_ failed: inout FailedCall) throws(SockDiagError) -> Diagnosis? {
    guard let request = failed.request else { return nil }
    try enterNamespace(of: failed.call.processID)
    let effort: Diagnostician.Effort = isVerbose || writesJSON ? .harmless : .standard
    let diagnosis = try diagnostician.diagnose(request, effort, by: failed.inode, process: failed.call.processID)
    if failed.supposeProgram(diagnosis), let request = failed.request {
      return try diagnostician.diagnose(request, effort, by: failed.inode, process: failed.call.processID)
    }
    guard diagnosis.verdict == .error(.accessDenied), failed.restoreWithheldRight(), let request = failed.request
    else { return diagnosis }
    return try diagnostician.diagnose(request, effort, by: failed.inode, process: failed.call.processID)
  }

  /// Enters the network namespace of the process, which may differ from that of this one.
  private mutating func enterNamespace(of process: Int32) throws(SockDiagError) {
    let other = try NetworkNamespace.of(process: process)
    guard other.id.inode != namespace else { return }
    try other.enter()
    // If the next step fails, the diagnostician belongs to a namespace that this thread has left.
    namespace = nil
    diagnostician = try Diagnostician()
    namespace = other.id.inode
  }

  /// The namespace in which printed commands must run: that of the socket.
  private func place(of call: BindCall, _ diagnosis: Diagnosis?) -> String? {
    guard let diagnosis else { return nil }
    guard let namespace else { return "\(call.processID)" }
    return names.name(
      of: namespace, holders: diagnosis.blockers.flatMap { $0.holders.map(\.pid) }, caller: call.processID)
  }

  private static func failure(_ error: BindTraceError, _ command: [String]) -> any Error {
    switch error.code {
    case .notFound: CommandFailure(.commandNotFound, "\(error)")
    case .notExecutable: CommandFailure(.commandNotExecutable, "\(error)")
    case .permissionDenied: CommandFailure(.noPermission, "\(error)")
    case .invalidCommand: CommandFailure.usage("\(error)")
    default: CommandFailure(.system, "\(error)")
    }
  }
}
