import Foundation
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// Captures of the running kernel, read by the library, by tshark and by `ss`.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct RecordingTests {
  /// A file that is removed when its closure ends.
  static func withFile<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "sockdiag-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.appending(path: "capture").path)
  }

  static func decode(_ path: String) throws -> (sockets: [InetSocket], summary: CaptureSummary) {
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    let (sockets, summary) = try CaptureDecoder.sockets(in: bytes.span)
    return (sockets.compactMap(\.inet), summary)
  }

  @Test(arguments: [nil, AddressFamily.inet, .inet6])
  func recordingHoldsTheSocketsThatTheInspectorSaw(family: AddressFamily?) async throws {
    let (seen, recorded, summary) = try await Laboratory.withNew { laboratory in
      let crowd = try Crowd(in: laboratory, count: 300)
      return try withExtendedLifetime(crowd) {
        try Self.withFile { path in
          var inspector = try SocketInspector()
          let seen = try inspector.recording(to: path) { try $0.everything(family: family) }
          // A query after the end of the recording is not in the capture.
          _ = try inspector.everything()
          let (recorded, summary) = try Self.decode(path)
          return (seen, recorded, summary)
        }
      }
    }
    #expect(seen.count > 100)
    #expect(recorded == seen)
    // A new inspector asks once for a protocol that does not exist, to find out about the kernel.
    #expect(summary.refusals <= 1)
    #expect(summary.isComplete)
  }

  /// Wireshark 4.0 decodes the message for one family; of the legacy message it shows only the header.
  @Test(.enabled(if: LabNamespace.hasProgram("tshark"), "needs tshark"))
  func tsharkReadsTheSameSockets() async throws {
    let (seen, text) = try await Laboratory.withNew { laboratory in
      let crowd = try Crowd(in: laboratory, count: 300)
      return try withExtendedLifetime(crowd) {
        try Self.withFile { path in
          var inspector = try SocketInspector()
          let seen = try inspector.recording(to: path) {
            try $0.everything(family: .inet) + $0.everything(family: .inet6)
          }
          let fields = ["state", "inet_sport", "inet_dport", "inode", "recv_queue", "send_queue", "cookie"]
          let tshark = try laboratory.namespace.run(
            ["tshark", "-r", path, "-Y", "netlink-sock_diag.inode", "-T", "fields", "-E", "occurrence=a"]
              + fields.flatMap { ["-e", "netlink-sock_diag." + $0] }, timeout: .seconds(300))
          return (seen, tshark.outputText)
        }
      }
    }
    let theirs = text.split(separator: "\n").flatMap { line -> [[UInt64]] in
      let columns = line.split(separator: "\t").map { $0.split(separator: ",").compactMap(Self.number) }
      return (columns.first ?? []).indices.map { row in columns.map { row < $0.count ? $0[row] : 0 } }
    }
    let ours = seen.map { socket -> [UInt64] in
      // The kernel calls bound-inactive sockets closed.
      let state = socket.state == .boundInactive ? SocketState.close : socket.state
      return [
        UInt64(state.rawValue), UInt64(socket.local.port), UInt64(socket.remote.port), UInt64(socket.inode),
        UInt64(socket.receiveQueue), UInt64(socket.sendQueue), socket.cookie?.rawValue ?? 0,
      ]
    }
    #expect(ours.count > 200)
    #expect(theirs == ours)
  }

  private static func number(_ text: Substring) -> UInt64? {
    text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text)
  }

  /// `ss -D` writes both families, but only TCP.
  @Test func ssDumpHoldsTheRowsThatSSShows() async throws {
    let (rows, summary, complaints) = try await Laboratory.withNew { laboratory in
      let crowd = try Crowd(in: laboratory, count: 300)
      return try withExtendedLifetime(crowd) {
        try Self.withFile { path in
          var rows = 0
          var summary = CaptureSummary()
          let complaints = try settled {
            let result = try laboratory.namespace.run(["ss", "-tanemi", "-D", path])
            guard result.status == 0 else { return ["ss: \(result.errorText)"] }
            let dump = try Self.decode(path)
            summary = dump.summary
            let shown = try laboratory.namespace.ss().filter { $0.protocol == .tcp }
            rows = shown.count
            return Self.differences(dump.sockets.map(Self.row), shown.map(Self.row))
          }
          return (rows, summary, complaints)
        }
      }
    }
    #expect(rows > 100)
    #expect(complaints.isEmpty)
    #expect(summary.dumpsCompleted == 2)
    #expect(summary.isComplete && summary.faults.isEmpty)
  }

  private static func differences(_ ours: [String], _ theirs: [String]) -> [String] {
    let (ours, theirs) = (ours.sorted(), theirs.sorted())
    return ours == theirs ? [] : theirs.difference(from: ours).map { "\($0)" }
  }

  private static func row(_ socket: InetSocket) -> String {
    let state =
      switch socket.state {
      case .established: "ESTAB"
      case .close, .boundInactive: "UNCONN"
      default: socket.state.description.uppercased()
      }
    return "\(state) \(socket.receiveQueue) \(socket.sendQueue) \(socket.local.port) \(socket.remote.port)"
  }

  private static func row(_ row: SSRow) -> String {
    let ports = [row.local, row.remote].map { $0.split(separator: ":").last.map { $0 == "*" ? "0" : $0 } ?? "" }
    return "\(row.state) \(row.receiveQueue) \(row.sendQueue) \(ports[0]) \(ports[1])"
  }
}
