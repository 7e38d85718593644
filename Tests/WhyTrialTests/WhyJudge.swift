import SockDiag

/// Compares what the command says with what the kernel does.
struct WhyJudge {
  let situation: WhySituation
  let part: WhyAnswer.Part
  let kernel: KernelAnswer

  /// What is wrong.
  var complaints: [String] {
    var found: [String] = []
    if !isVerdictRight { found.append("the verdict is \(part.verdict)") }
    // What a bind() for the answer showed need not be what was predicted, but here there is none.
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
    // What refuses comes before everything else, and then it is all the same what else would.
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

  /// The kernel may remember that a port was shared, and lets others in.
  private func isRemembered(_ said: String, _ answer: String) -> Bool {
    said == "EADDRINUSE" && answer == "succeeds" && part.caveats.contains("bucket-memory")
  }

  /// Why the answer may be open; `nil` where nothing that decides is hidden.
  var reason: String? {
    let unknowns = Set(part.dependsOn ?? [])
    let isRestrained = situation.restraint != .none
    let restraint = "restraint: \(situation.restraint.name)"
    // What is asked for beside the sockets: all of it can be seen by everybody, unless something hides it.
    if !unknowns.isSubset(of: Self.ofSockets) { return isRestrained ? restraint : nil }
    if unknowns == ["order"] { return "the order of UDP sockets" }
    let open = part.sockets.filter { $0.effect == "depends" }
    if open.contains(where: { $0.socket.inode != 0 && $0.because?.unknown != ["order"] }) {
      if isRestrained { return restraint }
      return mustBeReadable ? nil : "sockets of other users' processes"
    }
    if !open.isEmpty { return "sockets without a process" }
    if isRestrained { return restraint }
    // About the sockets of all ports, of which none is listed and asked for its options.
    return situation.question.port == 0 && !unknowns.isEmpty ? "which port the kernel chooses" : nil
  }

  /// Unknown facts that are those of sockets.
  private static let ofSockets: Set<String> = [
    "reuseaddr", "reuseport", "v6only", "uid", "order", "first-tried", "interface",
  ]

  /// Whether who asks can read the options of every socket that a process holds.
  private var mustBeReadable: Bool {
    switch situation.question.asker {
    case .root: true
    case .plain(let uid): situation.server == uid
    case .inUserNamespace: false
    }
  }
}
