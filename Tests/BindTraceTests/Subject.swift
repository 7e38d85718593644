import BindTrace
import Foundation
import SockDiagWire
import SocketLaboratory
import SocketLaboratoryKit

/// The programs built beside the tests.
enum Subject {
  static let path = program("bind-trace-subject")
  static let runner = program("bind-trace-runner")

  private static func program(_ name: String) -> String {
    URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().appending(path: name).path
  }

  /// Traces the subject in a network namespace of its own.
  static func watch(_ arguments: String..., followsDescendants: Bool = false) async throws -> Watched {
    try await watch([path] + arguments, followsDescendants: followsDescendants)
  }

  /// Traces a command in a network namespace of its own.
  static func watch(_ command: [String], followsDescendants: Bool = false) async throws -> Watched {
    try await LabNamespace.withNew { _ in try here(command, followsDescendants: followsDescendants) }
  }

  /// Traces a command in the namespace of the calling thread.
  static func here(_ command: [String], followsDescendants: Bool = false) throws -> Watched {
    var calls: [BindCall] = []
    let report = try trace(command, followsDescendants: followsDescendants) {
      calls.append($0)
      return .continue
    }
    return Watched(report: report, calls: calls)
  }

  /// Traces a command in the namespace of the calling thread, and announces its start: at its first call the command has
  /// closed the descriptors that its process had before.
  static func trace(
    _ command: [String], followsDescendants: Bool = false, _ onCall: (BindCall) throws -> BindTraceFlow
  ) throws -> BindTraceReport {
    let start = ProcessStarts()
    defer { start.end() }
    return try BindTracer(command, followsDescendants: followsDescendants).run { call in
      start.end()
      return try onCall(call)
    }
  }
}

/// The result of tracing a command.
struct Watched: Sendable {
  var report: BindTraceReport
  var calls: [BindCall]

  /// A line for each call: its name, its address and its result.
  var lines: [String] { calls.map(\.line) }
}

extension BindCall {
  var line: String { "\(kind) \(address.map(\.description) ?? unixName ?? "-") \(errno)" }
}

/// A process as /proc shows it.
struct ProcessStatus {
  var state: Character
  var tracer: Int32

  /// `nil` if there is none.
  init?(_ process: Int32) {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8) else { return nil }
    func field(_ name: String) -> Substring? {
      text.split(separator: "\n").first { $0.hasPrefix(name + ":") }?.split(separator: "\t").last
    }
    guard let state = field("State")?.first, let tracer = field("TracerPid").flatMap({ Int32($0) }) else { return nil }
    (self.state, self.tracer) = (state, tracer)
  }
}

/// A folder that is removed with this value.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "bind-trace-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }
}

/// Waits until a condition holds, or for twenty seconds.
func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
  let deadline = ContinuousClock.now + .seconds(20)
  while try !condition() {
    if ContinuousClock.now > deadline { return false }
    Thread.sleep(forTimeInterval: 0.005)
  }
  return true
}
