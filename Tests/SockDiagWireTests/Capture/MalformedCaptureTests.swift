import Foundation
import SockDiagWire
import Testing

/// The files under `Fixtures/malformed`, each with one defect.
///
/// This table also creates them: with `SOCKDIAG_RECORD=1` in the environment they are written again, and the test
/// fails, so that a recording does not pass for a test.
@Suite struct MalformedCaptureTests {
  private static let recordingVariable = "SOCKDIAG_RECORD"
  private static let folder = CaptureFiles.root.appending(path: "malformed")

  private static var readme: String {
    """
    # Malformed captures

    Each file has one defect, after which it is named. `MalformedCapture.swift` in the tests builds the files and states
    the expected result of each. `\(recordingVariable)=1 swift test --filter MalformedCaptureTests` writes the files and this
    page. They are in little-endian byte order.

    | file | defect | expected result |
    |---|---|---|

    """ + MalformedCapture.all.map { "| `\($0.name)` | \($0.defect) | \(describe($0.outcome)) |\n" }.joined()
  }

  private static func describe(_ outcome: MalformedCapture.Outcome) -> String {
    switch outcome {
    case .refused(let code, let offset, _): return "refused: \(code.rawValue) at byte \(offset)"
    case .decoded(let sockets, let faults, let failure):
      let parts =
        ["\(sockets) sockets"] + faults.map { "\($0.0.rawValue) at byte \($0.1)" }
        + (failure.map { ["reading ends: \($0.0.rawValue) at byte \($0.1)"] } ?? [])
      return parts.joined(separator: ", ")
    }
  }

  private static func write() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for capture in MalformedCapture.all {
      try Data(capture.bytes).write(to: folder.appending(path: capture.name))
    }
    try Data(readme.utf8).write(to: folder.appending(path: "README.md"))
  }

  @Test func folderContainsExactlyTheseFiles() throws {
    if ProcessInfo.processInfo.environment[Self.recordingVariable] == "1" {
      try Self.write()
      Issue.record("the fixtures were written; run again without \(Self.recordingVariable)")
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
    #expect(Set(names) == Set(MalformedCapture.all.map(\.name) + ["README.md"]))
    #expect(try String(decoding: CaptureFiles.bytes("malformed/README.md"), as: UTF8.self) == Self.readme)
  }

  @Test(arguments: MalformedCapture.all) func defectIsNamedAndTheRestIsDecoded(capture: MalformedCapture) throws {
    let bytes = try CaptureFiles.bytes("malformed/" + capture.name)
    #expect(bytes == capture.bytes)
    switch capture.outcome {
    case .refused(let code, let offset, let text):
      #expect { try decodeCapture(bytes) } throws: {
        guard let error = $0 as? WireError else { return false }
        return error.code == code && error.offset == offset && error.explanation.contains(text)
      }
    case .decoded(let count, let faults, let failure):
      let (sockets, summary) = try decodeCapture(bytes)
      #expect(sockets.count == count)
      #expect(summary.sockets == count)
      #expect(
        summary.faults
          == faults.map { code, offset in
            summary.faults.first { $0.offset == offset && Self.code(of: $0) == code }
              ?? CaptureFault(at: offset, .malformed(WireError(code, at: offset, "")))
          })
      #expect(summary.failure?.code == failure?.0)
      #expect(summary.failure?.offset == failure?.1)
    }
  }

  private static func code(of fault: CaptureFault) -> WireError.Code? {
    if case .malformed(let error) = fault.kind { error.code } else { nil }
  }

  @Test func intactCaptureHasNoFault() throws {
    let (sockets, summary) = try decodeCapture(MalformedCapture.sound.bytes)
    #expect(sockets.count == 2)
    #expect(summary.isComplete)
    #expect(summary.dumpsCompleted == 1)
  }
}
