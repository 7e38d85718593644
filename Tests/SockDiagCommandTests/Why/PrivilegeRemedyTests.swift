import BindDiagnosis
import FoundationEssentials
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// The remedies that `why` offers to a plain user who wants port 80, each tried in the place where it was offered.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct PrivilegeRemedyTests {
  /// An environment in which a plain user's programs start.
  enum Place: String, CaseIterable {
    case shell, noNewPrivileges, noBounds, noBoundsUnderNoNewPrivileges, userNamespace

    /// The words before a command that start it there.
    var prefix: [String] {
      switch self {
      case .shell: Tool.asNobody
      // A separate step, because setpriv still has root's capabilities when it changes the user.
      case .noNewPrivileges: Tool.asNobody + ["setpriv", "--no-new-privs"]
      case .noBounds: Tool.asNobody + ["--bounding-set", "-all"]
      case .noBoundsUnderNoNewPrivileges: Tool.asNobody + ["--bounding-set", "-all", "--no-new-privs"]
      case .userNamespace: Tool.asNobody + ["unshare", "--user", "--map-root-user"]
      }
    }

    /// The remedies offered there.
    var kinds: [String] {
      switch self {
      case .shell: ["grant-capability", "lower-privileged-ports", "use-unprivileged-port"]
      case .userNamespace: ["lower-privileged-ports", "use-unprivileged-port"]
      default: ["lower-privileged-ports", "lower-privileged-ports-of-container", "use-unprivileged-port"]
      }
    }

    var misbelief: String? {
      switch self {
      case .shell: nil
      case .noNewPrivileges: "file-capability"
      case .noBounds, .noBoundsUnderNoNewPrivileges: "capability-outside-bounding-set"
      case .userNamespace: "capability-in-foreign-network"
      }
    }

    /// Whether root of the network is root here.
    var isConfiguredByItsRoot: Bool { self == .shell || self == .noNewPrivileges }
  }

  private static func kinds(_ diagnosis: JSONValue?, _ list: String, _ key: String) -> [String] {
    (diagnosis?[list]?.elements ?? []).compactMap { if case .string(let text)? = $0[key] { text } else { nil } }
  }

  /// A copy of the subject, whose file grants the right to low ports.
  private static func withGiftedSubject<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let folder = FileManager.default.temporaryDirectory.path + "/sockdiag-\(UInt64.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (program, subject) = (folder + "/subject", try Self.subject)
    // A program that another thread starts meanwhile would keep the copy open for writing, and then it cannot be run.
    try ProcessStarts.heldOff { try FileManager.default.copyItem(atPath: subject, toPath: program) }
    return try await body(program)
  }

  private static var subject: String {
    get throws { try Tool.program("bind-trace-subject") }
  }

  /// Changes a file as `setcap cap_net_bind_service=+ep` does: struct vfs_cap_data, linux/capability.h.
  private static let setcap = """
    import os, struct, sys
    os.chmod(os.path.dirname(sys.argv[1]), 0o755); os.chmod(sys.argv[1], 0o755)
    os.setxattr(sys.argv[1], 'security.capability', struct.pack('<5I', 0x2000001, 1 << 10, 0, 0, 0))
    """

  @Test(arguments: Place.allCases) func onlyWorkingPrivilegeRemediesAreOffered(_ place: Place) async throws {
    let (why, subject) = (try Tool.unfoldedWhy, try Self.subject)
    try await Self.withGiftedSubject { gifted in
      let complaints = try await Laboratory.withNew { laboratory -> [String] in
        let namespace = laboratory.namespace
        var complaints: [String] = []
        func expect<Value: Equatable>(_ value: Value, _ expected: Value, _ what: String) {
          if value != expected { complaints.append("\(what): \(value) is not \(expected)") }
        }
        let setUp = try namespace.run(["python3", "-c", Self.setcap, gifted])
        guard setUp.status == 0 else { throw Tool.Failure(what: setUp.errorText) }
        let answer = try namespace.run(place.prefix + why + ["80", "--json"])
        let diagnosis = try JSONValue(parsing: answer.output)["diagnoses"]?.elements.first
        expect(answer.status, 3, "status")
        expect(Self.kinds(diagnosis, "remedies", "kind"), place.kinds, "remedies")
        expect(Self.kinds(diagnosis, "misbeliefs", "id"), [place.misbelief].compactMap { $0 }, "misbeliefs")
        let text = try namespace.run(place.prefix + why + ["80"]).outputText
        expect(text.contains("(as root)"), place.isConfiguredByItsRoot, "who changes the setting")

        // The file grants the right exactly where setcap is offered.
        let given = try namespace.run(place.prefix + [gifted, "bind", "80"]).status
        expect(given == 0, place.kinds.contains("grant-capability"), "the file gives it")
        let plain = place.prefix + [subject, "bind"]
        expect(try namespace.run(plain + ["80"]).status == 0, false, "before")
        expect(try namespace.run(plain + ["1024"]).status, 0, "use-unprivileged-port")
        let commands = diagnosis?["remedies"]?.elements.first { $0["kind"] == .string("lower-privileged-ports") }?[
          "commands"]
        guard case .string(let command)? = commands?.elements.first else { throw Tool.Failure(what: "no command") }
        expect(try namespace.run(["sh", "-c", command]).status, 0, command)
        expect(try namespace.run(plain + ["80"]).status, 0, "lower-privileged-ports")
        expect(try namespace.run(place.prefix + why + ["80"]).status, 0, "why afterwards")
        return complaints
      }
      #expect(complaints == [])
    }
  }

  /// The effect of systemd's AmbientCapabilities=, which is offered with setcap.
  @Test func inheritedCapabilityGivesThePort() async throws {
    let subject = try Self.subject
    let statuses = try await Laboratory.withNew { laboratory in
      try [[], ["--no-new-privs"]].map { options in
        let words = ["--inh-caps", "+net_bind_service", "--ambient-caps", "+net_bind_service"]
        return try laboratory.namespace.run(Place.shell.prefix + options + words + [subject, "bind", "80"]).status
      }
    }
    #expect(statuses == [0, 0])
  }

  @Test(arguments: [Place.shell, .noNewPrivileges, .userNamespace])
  func watchedProgramIsJudgedByItsOwnPrivileges(_ place: Place) async throws {
    let (why, subject) = (try Tool.unfoldedWhy, try Self.subject)
    let result = try await Laboratory.withNew { laboratory in
      try laboratory.namespace.run(why + ["--json", "--run"] + place.prefix + [subject, "bind", "80"])
    }
    let line = try #require(result.errorText.split(separator: "\n").first { $0.contains("\"call\"") })
    let diagnosis = try JSONValue(parsing: line.utf8)["why"]?["diagnoses"]?.elements.first
    #expect(Self.kinds(diagnosis, "remedies", "kind") == place.kinds, "\(result.errorText)")
  }

  /// Another user's programs do not start from here, but under the same limits.
  @Test func otherUserIsNotLimitedByThisProcess() async throws {
    let why = try Tool.unfoldedWhy
    let answers = try await Laboratory.withNew { laboratory in
      try [["--no-new-privs"], ["--bounding-set", "-net_bind_service"]].map { options in
        let question = ["setpriv"] + options + why + ["80", "--uid", "1000", "--json"]
        return Self.kinds(
          try JSONValue(parsing: try laboratory.namespace.run(question).output)["diagnoses"]?.elements.first,
          "remedies",
          "kind")
      }
    }
    #expect(answers == [Place.shell.kinds, Place.noBounds.kinds])
  }
}
