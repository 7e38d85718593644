import FoundationEssentials
import SockDiagTestKit
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// The diagnosis of UNIX sockets compared with the running kernel, in random situations.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct UnixTrialTests {
  @Test func diagnosisAgreesWithTheKernel() throws {
    let settings = UnixTrialSettings()
    let folder = FileManager.default.temporaryDirectory.path + "/sockdiag-\(UInt32.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let tally = try LabNamespace.withNew { namespace in
      let lab = try UnixLaboratory(at: folder)
      var trial = UnixTrial(namespace)
      for number in settings.numbers { try trial.run(number, seed: settings.seed, in: lab) }
      return trial.tally
    }
    print(settings)
    print(tally)
    #expect(tally.wrong.isEmpty, "\(settings)\n\(tally.wrong.prefix(settings.shown).joined(separator: "\n"))")
    guard settings.numbers.count >= 300 else { return }

    // The test would find nothing if the kernel always gave the same answer, or the diagnosis none.
    for error in ["succeeds", "EADDRINUSE", "ENOENT", "ENOTDIR", "EACCES", "EROFS", "ELOOP", "EINVAL"] {
      #expect(tally.binds[error, default: 0] > 0, "bind(): \(error)")
    }
    for error in ["succeeds", "ECONNREFUSED", "ENOENT", "EACCES", "EPROTOTYPE", "EAGAIN", "EPERM"] {
      #expect(tally.connects[error, default: 0] > 0, "connect(): \(error)")
    }
    #expect(tally.openCount < tally.situations / 8)
  }
}

/// How many situations are tried, and which. SOCKDIAG_UNIX_SITUATIONS is their number, SOCKDIAG_UNIX_SEED selects others,
/// SOCKDIAG_UNIX_ONLY is the number of a single one, and SOCKDIAG_UNIX_SHOWN is how many wrong answers are shown.
struct UnixTrialSettings: Sendable, CustomStringConvertible {
  let seed: UInt64
  let numbers: Range<Int>
  let shown: Int

  init() {
    func number(_ name: String) -> UInt64? { ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) } }
    seed = number("SOCKDIAG_UNIX_SEED") ?? 4_081_632_649_162_536
    shown = Int(number("SOCKDIAG_UNIX_SHOWN") ?? 5)
    let count = number("SOCKDIAG_UNIX_SITUATIONS").map { Int($0) } ?? Trials.count(2000)
    let only = number("SOCKDIAG_UNIX_ONLY").map { Int($0) }
    numbers = only.map { $0..<($0 + 1) } ?? 0..<count
  }

  var description: String { "UNIX trial: SOCKDIAG_UNIX_SEED=\(seed) SOCKDIAG_UNIX_SITUATIONS=\(numbers.count)" }
}
