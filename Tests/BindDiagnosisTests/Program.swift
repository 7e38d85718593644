import Glibc
import SocketLaboratory
import SocketLaboratoryKit

/// A program that runs until it is ended, in the namespaces of the thread that starts it.
final class Program {
  let pid: pid_t
  private var isRunning = true

  /// Starts a program and waits until exec() is complete and it sleeps: the kernel sets its name before its
  /// credentials.
  init(_ arguments: [String], becoming name: String) throws {
    // SAFETY: the strings are copies that this function frees; posix_spawnp writes to none.
    var vector = unsafe arguments.map { unsafe strdup($0) } + [nil]
    // SAFETY: each is a copy that nobody else has, or nil.
    defer { unsafe vector.forEach { unsafe free($0) } }
    // SAFETY: an empty structure, filled by the next call and destroyed when this function ends.
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe ProcessStarts.close(from: 3, beforeExecBy: &actions)
    var pid: pid_t = 0
    // SAFETY: the vector ends with nil and outlives the call.
    let error = ProcessStarts.announced {
      unsafe posix_spawnp(&pid, arguments.first ?? "", &actions, nil, &vector, environ)
    }
    guard error == 0 else { throw Refusal(errno: error) }
    self.pid = pid
    guard try settled({ Self.sleeps(pid, name) ? [] : [name] }).isEmpty else { throw Refusal(errno: ETIMEDOUT) }
  }

  deinit { end() }

  /// Ends the program and waits for it.
  func end() {
    guard isRunning else { return }
    isRunning = false
    kill(pid, SIGKILL)
    while waitpid(pid, nil, 0) < 0, errno == EINTR {}
  }

  private static func sleeps(_ pid: pid_t, _ name: String) -> Bool {
    (try? FileText.read("/proc/\(pid)/stat"))?.contains(" (\(name)) S ") == true
  }
}
