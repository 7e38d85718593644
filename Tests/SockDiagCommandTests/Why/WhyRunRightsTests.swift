import FoundationEssentials
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// `why --run` with programs that get the right to low ports from their file, which the kernel does not grant under a
/// tracer.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct WhyRunRightsTests {
  /// The privileges of a program's file, as a script sets them for the path `sys.argv[1]`.
  enum Gift: String, CaseIterable {
    case nothing = ""
    // struct vfs_cap_data, linux/capability.h: revision 2 and effective; CAP_NET_BIND_SERVICE or CAP_NET_RAW permitted.
    case lowPorts =
      "os.setxattr(sys.argv[1], 'security.capability', struct.pack('<5I', 0x2000001, 1 << 10, 0, 0, 0))"
    case rawSockets =
      "os.setxattr(sys.argv[1], 'security.capability', struct.pack('<5I', 0x2000001, 1 << 13, 0, 0, 0))"
    case root = "os.chmod(sys.argv[1], 0o4755)"
  }

  /// Binds port 80 in a copy of the subject, with and without a tracer, as user nobody.
  private func bind(_ gift: Gift) async throws -> (alone: Int32, watched: CommandResult) {
    let why = try Tool.unfoldedWhy
    let folder = FileManager.default.temporaryDirectory.path + "/sockdiag-\(UInt64.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let program = folder + "/subject"
    // A process that is started meanwhile would keep the copy open for writing, and then it cannot be run.
    try ProcessStarts.heldOff {
      try FileManager.default.copyItem(
        atPath: try Tool.program("bind-trace-subject"), toPath: program)
    }
    return try await LabNamespace.withNew { namespace in
      let script =
        "import os, struct, sys; os.chmod('\(folder)', 0o755); os.chmod(sys.argv[1], 0o755)\n" + gift.rawValue
      let setUp = try namespace.run(["python3", "-c", script, program])
      guard setUp.status == 0 else { throw Tool.Failure(what: setUp.errorText) }
      let alone = try namespace.run(Tool.asNobody + [program, "bind", "80"]).status
      return (alone, try namespace.run(Tool.asNobody + why + ["--run", program, "bind", "80"]))
    }
  }

  @Test(arguments: [Gift.lowPorts, .root]) func privilegeLostByWatchingIsReported(_ gift: Gift) async throws {
    let (alone, result) = try await bind(gift)
    try #require(alone == 0, "the file gives nothing here: a mount with nosuid?")
    let text = result.errorText.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(result.status != 0)
    #expect(text.contains("failed with EACCES"), "\(text)")
    #expect(text.contains("The program failed because it was watched"), "\(text)")
    #expect(text.contains(":80: free. bind() and listen() succeed"), "\(text)")
    #expect(!text.contains("setcap") && !text.contains("nothing blocks the port"), "\(text)")
  }

  @Test(arguments: [Gift.nothing, .rawSockets]) func missingFilePrivilegeIsReportedWithTheRemedy(_ gift: Gift)
    async throws
  {
    let (alone, result) = try await bind(gift)
    #expect(alone != 0)
    #expect(result.errorText.contains("setcap cap_net_bind_service=+ep"), "\(result.errorText)")
    #expect(!result.errorText.contains("because it was watched"), "\(result.errorText)")
  }
}
