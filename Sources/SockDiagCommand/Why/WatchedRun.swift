internal import BindDiagnosis
internal import BindTrace
internal import Glibc
internal import SockDiag
internal import SocketOwners

/// `why --run`: a command whose failing calls of bind() and listen() are diagnosed while they wait, each with the very
/// socket that it was made on.
struct WatchedRun: ~Copyable {
  private let command: [String]
  private let followsDescendants: Bool
  private let preset: Preset?
  private let writesJSON: Bool
  private var diagnostician: Diagnostician
  /// The namespace in which this command runs, and the one in which the diagnostician was made.
  private let home: UInt64?
  private var namespace: UInt64?
  private var callCount = 0
  private var failureCount = 0

  init(_ command: [String], followsDescendants: Bool, preset: Preset?, writesJSON: Bool) throws {
    self.command = command
    self.followsDescendants = followsDescendants
    self.preset = preset
    self.writesJSON = writesJSON
    diagnostician = try Diagnostician()
    home = NetworkNamespaceID.ofCallingThread
    namespace = home
  }

  /// Runs it to its end.
  ///
  /// - Returns: How the command ended.
  mutating func run() throws -> CommandEnding {
    let tracer = BindTracer(command, followsDescendants: followsDescendants)
    let report: BindTraceReport
    do {
      report = try tracer.run { call in
        callCount += 1
        if call.errno != 0 { try tell(call) }
        return .continue
      }
    } catch let error as BindTraceError {
      throw Self.failure(error, command)
    }
    if failureCount == 0, report.ending != .exited(0) {
      Diagnostics.report(
        callCount == 0
          ? "the command called neither bind() nor listen() on an internet socket"
          : "no bind() or listen() of the command failed, out of \(callCount)")
    }
    if report.unwatchedThreadCount > 0 {
      Diagnostics.report(
        "\(report.unwatchedThreadCount) threads made calls of another architecture, which were not watched")
    }
    return report.ending
  }

  private mutating func tell(_ call: BindCall) throws {
    failureCount += 1
    let failed = FailedCall(call)
    if failed.request != nil { try enterNamespace(of: call) }
    let diagnosis = try failed.request.map { request in
      try diagnostician.diagnose(request, .harmless, by: failed.inode)
    }
    // Commands that are offered have to run where the socket is.
    let place = namespace == home ? nil : "\(call.processID)"
    var output = ByteOutput(descriptor: STDERR_FILENO)
    if writesJSON {
      output.bytes += failed.document(diagnosis, preset: preset ?? failed.preset, namespace: place).bytes
      output.bytes.append(UInt8(ascii: "\n"))
    } else {
      var text = DiagnosisText(
        preset: preset ?? failed.preset, namespace: place, showsColour: Terminal.standardError.showsColour)
      text.append(failed, diagnosis)
      output.bytes += text.bytes
    }
    try output.flush()
  }

  /// A command may have gone to another network namespace, or begun in one.
  private mutating func enterNamespace(of call: BindCall) throws {
    guard let other = NetworkNamespaceID.of(process: call.processID), other != namespace else { return }
    try NetworkNamespacePath(process: call.processID).enter()
    namespace = other
    diagnostician = try Diagnostician()
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
