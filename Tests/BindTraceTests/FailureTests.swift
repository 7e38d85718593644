import Foundation
import Glibc
import SockDiagWire
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import BindTrace

/// Commands that are not run, calls that may not be examined, and other children of the same process.
@Suite(
  .enabled(if: LabNamespace.isPermitted, "needs the right to make namespaces"), .timeLimit(.minutes(20)))
struct FailureTests {
  @Test(
    arguments: [
      ([], .invalidCommand, 0), (["true\0"], .invalidCommand, 0), ([""], .notFound, ENOENT),
      (["no-such-program-anywhere"], .notFound, ENOENT), (["/no/such/program"], .notFound, ENOENT),
      (["/dev/null/program"], .notFound, ENOTDIR), (["/etc/passwd"], .notExecutable, EACCES),
      (["/tmp"], .notExecutable, EACCES),
    ] as [([String], BindTraceError.Code, Int32)])
  func commandThatCannotRunIsAnError(_ command: [String], _ code: BindTraceError.Code, _ errno: Int32) async throws {
    let error = #expect(throws: BindTraceError.self) { try Subject.here(command) }
    #expect(error?.code == code)
    #expect(error?.errno == errno)
  }

  @Test func errorSaysWhatToDo() {
    let error = BindTraceError(.permissionDenied, operation: "trace the command", errno: EPERM)
    #expect(
      error.description
        == "trace the command: Operation not permitted; allow ptrace in the sandbox or container (capability "
        + "SYS_PTRACE), and look at kernel.yama.ptrace_scope")
  }

  /// A filter on the calling thread that refuses ptrace() with an errno, as sandboxes do.
  @Test(arguments: [EPERM, ENOSYS]) func forbiddenPtraceIsAnErrorAndTheCommandIsNotRun(_ errno: Int32) async throws {
    let folder = try TemporaryFolder()
    let file = folder.file("ran")
    let result = try await LabNamespace.withNew { namespace in
      try namespace.run(["python3", "-c", Self.refusing, "ptrace", String(errno), Subject.runner, "touch", file])
    }
    #expect(result.status == 126)
    #expect(
      result.errorText.hasPrefix(
        errno == EPERM ? "trace the command: Operation not permitted; allow ptrace" : "read the command's system calls")
    )
    #expect(!FileManager.default.fileExists(atPath: file))
  }

  private static let refusing = """
    import ctypes, os, struct, sys
    libc = ctypes.CDLL(None, use_errno=True)
    machine = os.uname().machine
    number = {"ptrace": 101 if machine == "x86_64" else 117, "pidfd_getfd": 438}[sys.argv[1]]
    code = [(0x20, 0, 0, 0), (0x15, 0, 1, number), (0x06, 0, 0, 0x50000 | int(sys.argv[2])), (0x06, 0, 0, 0x7fff0000)]
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in code))
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(code), ctypes.addressof(program)))
    assert libc.prctl(38, 1, 0, 0, 0) == 0
    assert libc.prctl(22, 2, header, 0, 0) == 0, ctypes.get_errno()
    # The search for leaks, at the end of a program that is built for it, is done by ptrace.
    os.environ["ASAN_OPTIONS"] = "detect_leaks=0"
    os.execv(sys.argv[3], sys.argv[3:])
    """

  /// As in a container that allows ptrace and nothing more: a bind() has its address, a listen() has nothing.
  @Test func callOnASocketThatMayNotBeExaminedIsReported() async throws {
    let result = try await LabNamespace.withNew { namespace in
      try namespace.run([
        "python3", "-c", Self.refusing, "pidfd_getfd", String(EPERM), Subject.runner, Subject.path, "listen-fail",
        "8002",
      ])
    }
    #expect(result.status == 0)
    let lines = [
      "bind 127.0.0.1:8002 0", "bind 127.0.0.1:8002 0", "listen - 0", "listen - \(EADDRINUSE)", "unexamined 4",
    ]
    #expect(result.errorText.split(separator: "\n").map(String.init) == lines)
  }

  /// Traces as a plain user, from another process: other threads of this one change their users, which takes away the right
  /// to be traced.
  private func watchUnprivileged(_ command: [String]) async throws -> (status: Int32, lines: [String]) {
    let plain = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", Subject.runner]
    let result = try await LabNamespace.withNew { try $0.run(plain + command) }
    return (result.status, result.errorText.split(separator: "\n").map(String.init))
  }

  @Test func callOfAHiddenProcessIsReportedAsUnexamined() async throws {
    let (status, lines) = try await watchUnprivileged([Subject.path, "hidden", "8003"])
    #expect(status == 0)
    #expect(lines == ["bind - 0", "listen - \(EINVAL)", "unexamined 2"])
  }

  @Test func plainUserMayTrace() async throws {
    let (status, lines) = try await watchUnprivileged([
      "sh", "-c", "\(Subject.path) listen-fail 8002; \(Subject.path) own-table 80",
    ])
    #expect(status == 0)
    #expect(lines.count == 6 && lines.allSatisfy { !$0.contains(" - ") && !$0.hasPrefix("unexamined") }, "\(lines)")
    #expect(lines.dropFirst(3).first == "listen 127.0.0.1:8002 \(EADDRINUSE)")
  }

  @Test func severalCommandsAreTracedAtOnce() async throws {
    try await withThrowingTaskGroup { group in
      for port in 9000..<9012 {
        group.addTask {
          let watched = try await Subject.watch("fork", String(port))
          #expect(watched.report == BindTraceReport(.exited(0)))
          #expect(watched.lines == ["bind 127.0.0.1:\(port) 0"])
        }
      }
      try await group.waitForAll()
    }
  }

  /// Another child of the calling thread that ends meanwhile is left for its parent to wait for.
  @Test func childrenOfOthersAreLeftAlone() async throws {
    try await LabNamespace.withNew { _ in
      let child = try Self.spawn(Subject.path, "exit", "3")
      for _ in 0..<5 { #expect(try Subject.here([Subject.path, "fork", "0"]).calls.count == 1) }
      var status: Int32 = 0
      // SAFETY: the call fills the number.
      #expect(unsafe waitpid(child, &status, 0) == child)
      #expect(status == 3 << 8)
    }
  }

  /// A signal that arrives while the command starts is passed on to the child, which is not the command yet.
  @Test func childKilledBeforeTracingIsNoFailure() async throws {
    let child = try Self.spawn("/bin/sh", "-c", "kill -KILL $$")
    #expect(eventually { ProcessStatus(child)?.state == "Z" })
    let exchange = try Exchange()
    var tracer = Tracer(command: child, channel: -1, followsDescendants: false, onEnd: {}, exchange: exchange)
    try tracer.run()
    #expect(tracer.outcome.ending == nil && tracer.outcome.fault == 0)
    var status: Int32 = 0
    // SAFETY: the call fills the number.
    #expect(unsafe waitpid(child, &status, 0) == child)
    #expect(status == SIGKILL)
  }

  private static func spawn(_ arguments: String...) throws -> pid_t {
    // SAFETY: the copies are freed below, and nil ends the list.
    var vector: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) } + [nil]
    defer { unsafe vector.forEach { unsafe free($0) } }
    // SAFETY: an empty structure, filled by the next call and destroyed when this function ends.
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe ProcessStarts.close(from: 3, beforeExecBy: &actions)
    var process: pid_t = 0
    // SAFETY: the strings outlive the call.
    let error = ProcessStarts.announced {
      unsafe posix_spawn(&process, arguments[0], &actions, nil, &vector, environ)
    }
    #expect(error == 0)
    return process
  }
}
