import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// The command where /proc is not mounted, as in a chroot or an early boot: Swift's runtime finds no command line there.
@Suite(
  .enabled(if: LabNamespace.isPermitted, "needs the right to make namespaces"),
  .disabled(if: LaboratoryBuild.needsProc, "a sanitizer needs /proc"))
struct NoProcTests {
  @Test(arguments: [
    ("--version", 0, "0.1.0\n", ""),
    ("nonsense", 64, "", "sockdiag: 'nonsense' is not a subcommand; "),
    ("why 80 --nonsense", 64, "", "sockdiag: unknown option '--nonsense'; "),
    ("why 99999", 64, "", "sockdiag: '99999' is not a port; "),
    ("wait 80", 64, "", "sockdiag: the condition to wait for is missing; "),
    ("decode /nonexistent", 66, "", "sockdiag: cannot read '/nonexistent': "),
    ("list -Ht", 0, "", ""),
  ]) func commandLineNeedsNoProc(_ line: String, _ status: Int32, _ output: String, _ errors: String) async throws {
    let command = ["unshare", "-m", "sh", "-c", "mount -t tmpfs none /proc && exec \"$0\" \"$@\"", try Tool.path]
    let result = try await Laboratory.withNew { laboratory in
      try laboratory.namespace.run(command + line.split(separator: " ").map(String.init))
    }
    #expect(result.status == status)
    #expect(result.outputText == output)
    #expect(result.errorText.hasPrefix(errors), "\(result.errorText)")
  }
}
