import FoundationEssentials
import SocketLaboratory
import SocketLaboratoryKit

/// A web server on port 8080, in a folder and a cgroup of its own. It ends with the last reference.
final class WebServer {
  /// What started it.
  enum Starter: String {
    /// A shell of somebody who came by ssh.
    case login
    /// The service manager, as shop.service.
    case service
  }

  private let cgroup: TemporaryCgroup
  private let folder: String
  private let subject: Subject

  /// Starts the server and waits until it listens.
  init(in laboratory: Laboratory, startedBy starter: Starter) throws {
    cgroup =
      try starter == .login
      ? laboratory.cgroup(named: "session", suffix: ".scope") : laboratory.cgroup(named: "shop", suffix: ".service")
    // Short, so that it fits behind the command line.
    folder = "/tmp/sockdiag-www-\(UInt32.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // A shell replaces itself by its last command, unless something comes after it.
    subject = try Subject(
      "python3 \"$0\" \"$@\"; exit $?", holding: [],
      [Fixture.path("../Tests/Support/Servers/session.py"), starter.rawValue, cgroup.path, folder])
    let wait = try laboratory.namespace.run(
      [try Tool.path, "wait", "8080", "--listening", "--timeout", "60s"])
    if wait.status != 0 { throw Tool.Failure(what: wait.errorText) }
  }

  deinit {
    // All processes, and not only the first one.
    try? FileSystem.write("1", to: "\(cgroup.path)/cgroup.kill")
    _ = try? settled { try FileSystem.read("\(cgroup.path)/cgroup.procs").isEmpty ? [] : ["it runs"] }
    subject.end()
    try? FileManager.default.removeItem(atPath: folder)
  }
}
