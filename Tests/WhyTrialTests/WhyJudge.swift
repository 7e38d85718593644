import SockDiag

@testable import BindDiagnosis

/// Compares the command's answer with the kernel's.
struct WhyJudge {
  let situation: WhySituation
  let part: WhyAnswer.Part
  let kernel: KernelAnswer

  /// The errors.
  var complaints: [String] {
    var found: [String] = []
    if !isVerdictRight { found.append("the verdict is \(part.verdict)") }
    // The result of a real bind() may differ from the prediction, but no bind() was made here.
    for (call, said) in [("bind", part.bind), ("listen", part.listen ?? "depends")] {
      guard let answer = kernel[call], said != "depends", said != answer, !isRemembered(said, answer) else { continue }
      let isRefused = situation.restraint.mayRefuse(with: answer) && said != "succeeds"
      if part.verdict != "depends", !isRefused { found.append("\(call)() \(said)") }
    }
    if part.verdict == "depends", reason == nil {
      found.append("it depends on \(part.dependsOn ?? []), which is not hidden")
    }
    return found
  }

  private var isVerdictRight: Bool {
    // A restraint comes before everything else, and then no other condition matters.
    if situation.restraint.mayRefuse(with: kernel.error) { return part.verdict != "free" }
    switch part.verdict {
    case "free": return kernel.error == nil
    case "conflict":
      return kernel.error == "EADDRINUSE" || kernel.error == nil && part.caveats.contains("bucket-memory")
    case "error": return kernel.error == said
    default: return part.verdict == "depends"
    }
  }

  private var said: String { part.bind == "succeeds" ? part.listen ?? part.bind : part.bind }

  /// The kernel may have cached that a port was shared, and lets others in.
  private func isRemembered(_ said: String, _ answer: String) -> Bool {
    said == "EADDRINUSE" && answer == "succeeds"
      && !Set(part.caveats).isDisjoint(with: ["bucket-memory", "reuseaddr-memory"])
  }

  /// Why the answer may be open; `nil` if nothing hidden decides.
  var reason: String? {
    var unknowns = Set(part.dependsOn ?? [])
    let isRestrained = situation.restraint != .none
    let restraint = "restraint: \(situation.restraint.name)"
    if !mustSeeBoundSockets, unknowns.remove("bound-sockets") != nil, unknowns.isEmpty {
      return "sockets that are only bound"
    }
    // The conditions other than sockets: every user can see all of them, unless something hides them.
    if !unknowns.isSubset(of: Self.ofSockets) { return isRestrained ? restraint : nil }
    if unknowns == ["order"] { return "the order of UDP sockets" }
    let open = part.sockets.filter { $0.effect == "depends" }
    if open.contains(where: { $0.socket.inode != 0 && $0.because?.unknown != ["order"] }) {
      if isRestrained { return restraint }
      return mustBeReadable ? nil : "sockets of other users' processes"
    }
    if !open.isEmpty { return "sockets without a process" }
    if isRestrained { return restraint }
    // For port 0, sockets of all ports matter, and none is listed and read for its options.
    return situation.question.port == 0 && !unknowns.isEmpty ? "which port the kernel chooses" : nil
  }

  /// Unknown facts about sockets.
  private static let ofSockets: Set<String> = [
    "reuseaddr", "reuseport", "v6only", "uid", "order", "first-tried", "interface",
  ]

  /// Whether the kernel reports sockets that are only bound, or root can find them in their processes.
  private var mustSeeBoundSockets: Bool {
    KernelRelease.current.isAtLeast(6, 8) || situation.question.asker.isRoot
  }

  /// Whether the asking user can read the options of every socket that a process holds.
  private var mustBeReadable: Bool {
    switch situation.question.asker {
    case .root: true
    case .plain(let uid): situation.server == uid
    case .inUserNamespace: false
    }
  }
}
