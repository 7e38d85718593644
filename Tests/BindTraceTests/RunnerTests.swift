import BindTrace
import Foundation
import Glibc
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// Signals to the tracing process, which is not that of the tests for this reason.
@Suite(
  .enabled(if: LabNamespace.isPermitted, "needs the right to make namespaces"), .timeLimit(.minutes(20)))
struct RunnerTests {
  /// A shell's `$!` is a child of its own, so that no other process can have the number.
  @Test func commandGoesOnWhenTheTracerIsKilled() async throws {
    let folder = try TemporaryFolder()
    let file = folder.file("process")
    let result = try await shell(
      """
      \(Subject.runner) \(Subject.path) linger \(file) & watcher=$!
      until test -s \(file); do sleep 0.01; done
      read process dots < \(file)
      grep -q "TracerPid:.[1-9]" /proc/$process/status || echo not watched
      kill -KILL $watcher
      wait $watcher
      sleep 0.1
      before=$(wc -c < \(file))
      for round in $(seq 400); do
        after=$(wc -c < \(file))
        if test $after -gt $((before + 10)); then break; fi
        sleep 0.05
      done
      test $after -gt $((before + 10)) || echo stopped at $before
      grep -E "TracerPid:.0|State:.[RSD]" /proc/$process/status | wc -l
      rm \(file)
      """)
    #expect(result.outputText == "2\n")
  }

  @Test(arguments: ["TERM", "HUP"]) func signalThatAProcessSendsIsPassedOn(_ name: String) async throws {
    let folder = try TemporaryFolder()
    let file = folder.file("ready")
    let result = try await shell(
      """
      \(Subject.runner) \(Subject.path) take-signal \(file) & watcher=$!
      until test -e \(file); do sleep 0.01; done
      kill -\(name) $watcher
      wait $watcher
      """)
    #expect(result.status == 40 + (name == "TERM" ? SIGTERM : SIGHUP))
  }

  /// A terminal sends it to both. The tracer lives on to report how the command ended.
  @Test func interruptIsHandledByTheCommandAlone() async throws {
    let script = "trap 'exit 33' INT; echo; while :; do sleep 0.01; done"
    let result = try await python(
      """
      child = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, start_new_session=True)
      child.stdout.readline()
      os.killpg(child.pid, signal.SIGINT)
      sys.exit(child.wait())
      """, [Subject.runner, "sh", "-c", script])
    #expect(result.status == 33)
  }

  /// As with Ctrl-Z and `fg`.
  @Test func groupCanBeStoppedAndContinued() async throws {
    let folder = try TemporaryFolder()
    let file = folder.file("process")
    let result = try await python(
      """
      import time
      path = sys.argv[-1]
      child = subprocess.Popen(sys.argv[1:], preexec_fn=os.setpgrp)
      def length():
        time.sleep(0.2)
        return os.path.getsize(path) if os.path.exists(path) else 0
      while length() == 0: pass
      process = open(path).read().split()[0]
      def is_stopped(): return open(f"/proc/{process}/stat").read().rpartition(")")[2].split()[0] in "tT"
      for _ in range(3):
        os.killpg(child.pid, signal.SIGTSTP)
        assert os.WIFSTOPPED(os.waitpid(child.pid, os.WUNTRACED)[1])
        while not is_stopped(): time.sleep(0.01)
        assert length() == length(), "goes on while it should be stopped"
        os.killpg(child.pid, signal.SIGCONT)
        before = length()
        while length() == before: pass
      os.unlink(path)
      sys.exit(child.wait())
      """, [Subject.runner, Subject.path, "linger", file])
    #expect(result.status == 0)
    #expect(result.errorText == "")
  }

  @Test(arguments: [false, true]) func commandGetsTheSignalHandlingOfItsTracer(_ ignoresInterrupt: Bool)
    async throws
  {
    let result = try await python(
      """
      \(ignoresInterrupt ? "signal.signal(signal.SIGINT, signal.SIG_IGN)" : "")
      signal.signal(signal.SIGPIPE, signal.SIG_IGN)
      signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1, signal.SIGTERM])
      os.execv(sys.argv[1], sys.argv[1:])
      """, [Subject.runner, Subject.path, "signals", ignoresInterrupt ? "1" : "0"])
    #expect(result.status == 0)
    #expect(result.errorText == "")
  }

  /// If a process ignores SIGCHLD, the kernel discards the exit codes of its children.
  @Test func exitCodeIsKnownWhereChildrenAreIgnored() async throws {
    let script = "\(Subject.path) bind 8001; sleep 0.2; exit 5"
    let result = try await python(
      """
      signal.signal(signal.SIGCHLD, signal.SIG_IGN)
      os.execv(sys.argv[1], sys.argv[1:])
      """, [Subject.runner, "--detach", "sh", "-c", script])
    #expect(result.status == 5)
    #expect(result.errorText == "bind 127.0.0.1:8001 0\n")
  }

  @Test func detachedCommandKeepsItsExitCode() async throws {
    let result = try await shell("exec \(Subject.runner) --detach sh -c '\(Subject.path) bind-fail 8001; exit 9'")
    #expect(result.status == 9)
    #expect(result.errorText == "bind 127.0.0.1:8001 0\n")
  }

  private func shell(_ script: String) async throws -> CommandResult {
    try await LabNamespace.withNew { try $0.run(["sh", "-c", script]) }
  }

  /// The program that runs the tests may ignore signals, and no shell undoes that.
  private func python(_ script: String, _ arguments: [String]) async throws -> CommandResult {
    let prelude = """
      import os, signal, subprocess, sys
      for number in range(1, 32):
        if number not in (signal.SIGKILL, signal.SIGSTOP): signal.signal(number, signal.SIG_DFL)

      """
    return try await LabNamespace.withNew { try $0.run(["python3", "-c", prelude + script] + arguments) }
  }
}
