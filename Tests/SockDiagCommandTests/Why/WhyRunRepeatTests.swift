import Foundation
import Glibc
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// `why --run` with programs that fail often, in many ways, or for reasons other than a port.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct WhyRunRepeatTests {
  private func run(_ command: [String], options: [String] = []) async throws -> CommandResult {
    let why = try Tool.unfoldedWhy
    return try await LabNamespace.withNew {
      try $0.run(why + options + ["--run"] + command)
    }
  }

  private func subject() throws -> String { try Tool.program("bind-trace-subject") }

  private func lines(_ result: CommandResult) -> [String] { result.errorText.split(separator: "\n").map(String.init) }

  @Test func thousandsOfFailuresGiveOneReport() async throws {
    let result = try await run([subject(), "flood", "8080"])
    #expect(result.status == 7)
    let lines = lines(result)
    #expect(lines.count { $0.contains("in use. bind() fails") } == 1, "\(result.errorText)")
    #expect(lines.count { $0.contains("failed with EADDRINUSE") } == 2, "\(result.errorText)")
    #expect(
      lines.last == "sockdiag: bind() of bind-trace-subj on 127.0.0.1:8080 failed with EADDRINUSE 3,199 more times")
  }

  /// The pipe for its report is full, and only another thread of the command would empty it.
  @Test func otherThreadsContinueDuringAReport() async throws {
    let command = """
      import os, socket, sys, threading
      here = int(sys.argv[1])
      first = socket.socket()
      first.bind(("127.0.0.1", 8080))
      def fail():
        try: socket.socket().bind(("127.0.0.1", 8080))
        except OSError: pass
      thread = threading.Thread(target=fail)
      thread.start()
      os.set_blocking(here, False)
      while thread.is_alive():
        try: os.read(here, 1 << 16)
        except BlockingIOError: thread.join(0.01)
      sys.exit(5)
      """
    let starter = """
      import os, subprocess, sys
      here, there = os.pipe()
      os.set_blocking(there, False)
      try:
        while True: os.write(there, bytes(4096))
      except BlockingIOError: pass
      command = sys.argv[1:7] + ["python3", "-c", sys.argv[7], str(here)]
      sys.exit(subprocess.run(command, stderr=there, pass_fds=[here], timeout=100).returncode)
      """
    let why = try Tool.unfoldedWhy
    let result = try await LabNamespace.withNew { namespace in
      try namespace.run(["python3", "-c", starter] + why + ["--run", command])
    }
    #expect(result.status == 5, "\(result.errorText)")
  }

  @Test func manyDifferentFailuresAreBounded() async throws {
    let script = """
      import socket
      for host in range(60):
        try: socket.socket().bind((f"10.9.9.{host}", 8080))
        except OSError: pass
      """
    let result = try await run(["python3", "-c", script])
    let lines = lines(result)
    #expect(lines.count { $0.hasPrefix("bind() of python3 (pid ") } == 10, "\(result.errorText)")
    let short = lines.filter { $0.hasPrefix("sockdiag: bind() of python3 (pid ") }
    #expect(short.count == 30, "\(result.errorText)")
    #expect(
      short.allSatisfy {
        $0.contains(":8080 failed with EADDRNOTAVAIL (") && $0.hasSuffix("): not diagnosed, as 10 calls were already")
      }, "\(result.errorText)")
    #expect(lines.last == "sockdiag: 20 other calls failed; only 40 different failures are shown")
  }

  @Test func failedUnixBindsAreDiagnosed() async throws {
    let script = """
      import os, socket, sys
      os.chdir(sys.argv[1])
      first = socket.socket(socket.AF_UNIX)
      first.bind("app.sock")
      for name in "app.sock", "\\0app", "\\0app", "nowhere/app.sock":
        try:
          socket.socket(socket.AF_UNIX).bind(name)
        except OSError: pass
        keep = socket.socket(socket.AF_UNIX)
        if name[0] == "\\0":
          try: keep.bind(name); kept = keep
          except OSError: pass
      """
    let folder = FileManager.default.temporaryDirectory.path + "/sockdiag-\(UInt64.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let result = try await run(["python3", "-c", script, folder])
    let lines = lines(result)
    #expect(result.status == 0)
    func names(_ text: String) -> Bool {
      lines.contains { $0.hasPrefix("bind() of python3 (pid ") && $0.contains(text) }
    }
    #expect(names(" on app.sock failed with EADDRINUSE ("), "\(result.errorText)")
    #expect(lines.contains { $0.hasPrefix("\(folder)/app.sock is in use by python3 (pid ") }, "\(result.errorText)")
    #expect(names(" on @app failed with EADDRINUSE ("), "\(result.errorText)")
    #expect(lines.contains { $0.hasPrefix("@app is in use by python3 (pid ") }, "\(result.errorText)")
    #expect(names(" on nowhere/app.sock failed with ENOENT ("), "\(result.errorText)")
    #expect(
      lines.contains {
        $0.hasPrefix("\(folder)/nowhere/app.sock cannot be bound: the directory ") && $0.contains(" does not exist")
      }, "\(result.errorText)")
  }

  private static let connecting = """
    import os, socket, sys
    for _ in range(3):
      for family, place in (socket.AF_INET, ("127.0.0.1", 8080)), (socket.AF_UNIX, "/nowhere/at/all"):
        try: socket.socket(family).connect(place)
        except OSError: pass
    """

  @Test func failedConnectionsAreNamedOnce() async throws {
    let result = try await run(["python3", "-c", Self.connecting])
    let lines = lines(result)
    #expect(result.status == 0 && lines.count == 4, "\(result.errorText)")
    #expect(
      lines.first?.contains(
        #/^sockdiag: connect\(\) of python3 \(pid \d+, fd \d+\) to 127\.0\.0\.1:8080 failed with ECONNREFUSED \(.*\): nothing/#
      ) == true, "\(result.errorText)")
    #expect(lines.dropFirst().first?.contains(" to /nowhere/at/all failed with ENOENT (") == true)
    #expect(
      lines.suffix(2) == [
        "sockdiag: connect() of python3 to 127.0.0.1:8080 failed with ECONNREFUSED 2 more times",
        "sockdiag: connect() of python3 to /nowhere/at/all failed with ENOENT 2 more times",
      ])
  }

  @Test func jsonReportsConnectionsAndRepeats() async throws {
    let result = try await run(["python3", "-c", Self.connecting], options: ["--json"])
    let objects = try lines(result).map { try JSONValue(parsing: Array($0.utf8)) }
    #expect(objects.count == 4, "\(result.errorText)")
    #expect(objects.map { $0["call"] } == Array(repeating: .string("connect"), count: 4))
    #expect(objects.map { $0["address"] } == [.string("127.0.0.1:8080"), nil, .string("127.0.0.1:8080"), nil])
    #expect(objects.map { $0["path"] } == [nil, .string("/nowhere/at/all"), nil, .string("/nowhere/at/all")])
    #expect(objects.map { $0["repeats"] } == [nil, nil, .number(2), .number(2)])
    #expect(objects.map { $0["errno"] }.prefix(2) == [.string("ECONNREFUSED"), .string("ENOENT")])
  }

  @Test func ioUringUseIsReported() async throws {
    let remark = "sockdiag: the command used io_uring; calls of bind(), listen() and connect() through it were not seen"
    let result = try await run([subject(), "ring", "2"])
    // 77: forbidden here.
    #expect(lines(result).contains(remark) == (result.status == 0), "\(result.errorText)")
    #expect(try await !lines(run([subject(), "ring", "0"])).contains(remark))
  }
}
