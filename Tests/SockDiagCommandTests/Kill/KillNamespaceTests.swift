import Glibc
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// `sockdiag kill --netns`.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct KillNamespaceTests {
  @Test func anotherNamespaceIsEntered() async throws {
    let (result, signal, here) = try await Laboratory.withNew { laboratory in
      let subject = try #require(try Subject.holders(laboratory, [Subject.Script.plain]).first)
      let path = "/proc/\(getpid())/task/\(laboratory.namespace.threadID)/ns/net"
      let (text, other) = try LabNamespace.withNew { elsewhere in
        let tool = try Tool.path
        return (
          try elsewhere.run([tool, "kill", "8080", "--yes", "--netns", path]),
          try elsewhere.run([tool, "kill", "8080", "--yes"])
        )
      }
      return (text, subject.endingSignal, other)
    }
    #expect(signal == SIGTERM && result.status == 0, "\(result.errorText)")
    #expect(here.status == 1)
  }

  @Test func namespaceThatCannotBeEnteredIsNamed() throws {
    let cases: [(String, Status, String)] = [
      ("nowhere", .noInput, "there is no '/run/netns/nowhere'; 'ip netns list' shows the names"),
      ("/nowhere/at/all", .noInput, "there is no '/nowhere/at/all'; 'ip netns list' shows the names"),
      ("2147483647", .noInput, "there is no process 2147483647; give the id of one that runs in the namespace"),
      ("/etc/passwd", .usage, "'/etc/passwd' is not a network namespace; give a name, a path or a process id"),
      (
        "/proc/self/ns/pid", .usage,
        "'/proc/self/ns/pid' is not a network namespace; give a name, a path or a process id"
      ),
      ("", .usage, "'' is not a namespace; give a name of 'ip netns list', a path or a process id"),
      ("0", .usage, "'0' is not a namespace; give a name of 'ip netns list', a path or a process id"),
      (
        "99999999999", .usage,
        "'99999999999' is not a namespace; give a name of 'ip netns list', a path or a process id"
      ),
      ("..", .usage, "'..' is not a namespace; give a name of 'ip netns list', a path or a process id"),
    ]
    for (text, status, sentence) in cases {
      let result = try Tool.run(["kill", "8080", "--dry-run", "--netns", text])
      #expect(result.errors == "sockdiag: --netns: \(sentence)\n")
      #expect(result.status == status.rawValue)
    }
    let nobody = try Tool.shell(
      "setpriv --reuid=nobody --regid=nogroup --clear-groups \"$0\" kill 8080 --dry-run -N /proc/self/ns/net")
    #expect(
      nobody.errors
        == "sockdiag: --netns: this user may not enter '/proc/self/ns/net'; run as root (CAP_SYS_ADMIN)\n")
    #expect(nobody.status == Status.noPermission.rawValue)
  }
}
