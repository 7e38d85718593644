import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// `why --run` if a failed call cannot be examined, diagnosed or reported: the command continues, is watched to its
/// end, and its exit status is passed on.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct WhyRunObstacleTests {
  /// Whether users may not make user namespaces; some distributions forbid it.
  private static let mayNobodyUnshare =
    (try? LabNamespace.withNew { namespace in
      try namespace.run(Tool.asNobody + ["unshare", "-Urn", "true"]).status == 0
    }) ?? false

  /// A second socket on 127.0.0.1:8080 fails, and the program ends.
  private static let conflict = """
    import socket, sys
    first = socket.socket()
    first.bind(("127.0.0.1", 8080))
    try:
      socket.socket().bind(("127.0.0.1", 8080))
    except OSError as error:
      sys.exit(error.errno)
    """

  private func run(
    _ command: [String], by starter: [String] = [], options: [String] = [], pingGroups: Bool = false
  ) async throws -> CommandResult {
    let why = try Tool.unfoldedWhy
    return try await LabNamespace.withNew { namespace in
      if pingGroups { try namespace.set("net.ipv4.ping_group_range", to: "0 65535") }
      return try namespace.run(starter + why + options + ["--run"] + command)
    }
  }

  @Test func unsupportedProtocolIsNamedAndTheNextFailureDiagnosed() async throws {
    let ping = """
      import socket
      try:
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP).bind(("192.0.2.1", 0))
      except OSError:
        pass
      """
    let result = try await run(["python3", "-c", ping + "\n" + Self.conflict], pingGroups: true)
    let text = result.errorText
    #expect(text.contains("on 192.0.2.1:0 failed with EADDRNOTAVAIL"), "\(text)")
    #expect(text.contains("\nIts protocol is ICMP, and only TCP, MPTCP and UDP can be diagnosed.\n"), "\(text)")
    #expect(text.contains("\nTCP 127.0.0.1:8080: in use."), "\(text)")
    #expect(result.status == 98)
  }

  @Test(.enabled(if: mayNobodyUnshare, "needs user namespaces for everybody"))
  func namespaceThatMayNotBeEnteredIsNamed() async throws {
    let setUp = #"ip link set lo up; exec python3 -c "$0""#
    let result = try await run(["unshare", "-Urn", "sh", "-c", setUp, Self.conflict], by: Tool.asNobody)
    let text = result.errorText.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(text.contains("on 127.0.0.1:8080 failed with EADDRINUSE"), "\(text)")
    #expect(text.contains("It could not be diagnosed: enter the namespace"), "\(text)")
    #expect(text.contains("CAP_SYS_ADMIN") && !text.contains("CAP_NET_ADMIN"), "\(text)")
    #expect(result.status == 98)
  }

  @Test func fullStandardErrorDoesNotEndTheWatch() async throws {
    let tool = try Tool.path
    let result = try await LabNamespace.withNew { namespace in
      try namespace.run(
        ["sh", "-c", #"exec "$0" why --run python3 -c "$1" 2>/dev/full"#, tool, Self.conflict])
    }
    #expect(result.status == 98)
  }

  @Test func closedStandardErrorDoesNotEndTheWatch() async throws {
    let why = try Tool.unfoldedWhy
    let starter = """
      import os, subprocess, sys
      here, there = os.pipe()
      os.close(here)
      sys.exit(subprocess.run(sys.argv[1:], stderr=there).returncode)
      """
    let result = try await LabNamespace.withNew { namespace in
      try namespace.run(["python3", "-c", starter] + why + ["--run", "python3", "-c", Self.conflict])
    }
    #expect(result.status == 98)
  }

  private static let hidden = "import ctypes; ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)\n" + conflict

  @Test func unreadableSocketIsReported() async throws {
    let result = try await run(["python3", "-c", Self.hidden], by: Tool.asNobody)
    let text = result.errorText.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(text.contains(", fd 4) failed with EADDRINUSE"), "\(text)")
    #expect(text.contains("Its socket could not be read: descriptor 4 of process"), "\(text)")
    #expect(text.contains("Permission denied; run as root or with the capability CAP_SYS_PTRACE."), "\(text)")
    #expect(text.contains("sockdiag: the sockets of 2 calls could not be looked at"), "\(text)")
    // Nothing is claimed about unread data.
    #expect(!text.contains("for user") && !text.contains("no socket options"), "\(text)")
    #expect(result.status == 98)
  }

  @Test func jsonReportsFailuresToo() async throws {
    let result = try await run(["python3", "-c", Self.hidden], by: Tool.asNobody, options: ["--json"])
    let line = try #require(result.errorText.split(separator: "\n").first)
    let object = try JSONValue(parsing: Array(line.utf8))
    guard case .array(let remarks)? = object["remarks"] else {
      Issue.record("\(line)")
      return
    }
    #expect(remarks.count == 1)
    #expect(object["why"] == nil)
  }

  @Test func failureOfAUsedSocketIsNotBlamedOnOthers() async throws {
    let script = """
      import socket, sys
      server = socket.socket()
      server.bind(("127.0.0.1", 8080))
      server.listen()
      client = socket.socket()
      client.connect(("127.0.0.1", 8080))
      try:
        client.listen()
      except OSError as error:
        sys.exit(error.errno)
      """
    let result = try await run(["python3", "-c", script])
    let text = result.errorText
    #expect(text.contains("listen() of python3") && text.contains("failed with EINVAL"), "\(text)")
    #expect(text.contains("\nThe socket is already connected or in use, and cannot listen.\n"), "\(text)")
    #expect(!text.contains("nothing blocks the port") && !text.contains("free"), "\(text)")
    #expect(result.status == 22)
  }
}
