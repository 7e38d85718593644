import BindSituationKit
import SocketLaboratory
import SocketLaboratoryKit

/// Situations in a namespace: for each the command is asked, and then bind() is tried.
struct WhyTrial {
  private let lab: PortLaboratory
  private let programs: Programs
  private(set) var tally = WhyTally()

  init(_ laboratory: Laboratory, _ programs: Programs) throws {
    try Devices.make(in: laboratory.namespace)
    lab = try PortLaboratory(laboratory)
    self.programs = programs
  }

  /// Tries the situation with a number; the same for the same seed.
  mutating func run(_ number: Int, seed: UInt64) throws {
    var situation = WhySituation(number, seed: seed)
    if case .landlock = situation.restraint, !programs.restrainsPorts { situation.restraint = .none }
    tally.situations += 1
    tally.restraints[situation.restraint.name, default: 0] += 1
    defer { lab.clear() }
    for socket in situation.sockets { try lab.make(socket, port: situation.port) }
    let server = try situation.server.flatMap { try lab.serve(as: $0) }
    defer { server?.end() }
    let namespace = lab.laboratory.namespace
    let complaints = try HostSetting.with(situation.setting, in: namespace) {
      try situation.question.isWatched ? watch(situation) : ask(situation)
    }
    guard !complaints.isEmpty else { return }
    tally.complaints.append("situation \(number), \(situation):\n    \(complaints.joined(separator: "\n    "))")
  }

  private mutating func ask(_ situation: WhySituation) throws -> [String] {
    let asker = situation.question.asker
    switch try answer(situation) {
    case .failure(let complaint):
      if situation.restraint.forbidsAsking {
        tally.unanswered[situation.restraint.name, default: 0] += 1
        return []
      }
      return [complaint.text]
    case .success(let answer):
      var complaints: [String] = []
      for (index, part) in answer.diagnoses.enumerated() {
        let kernel = try tryIt(situation, on: part.address)
        let judge = WhyJudge(situation: situation, part: part, kernel: kernel)
        count(judge, asker.kind)
        let found = judge.complaints
        guard !found.isEmpty else { continue }
        let again = try self.answer(situation)
        if case .success(let other) = again, index < other.diagnoses.count, other.diagnoses[index].view != part.view {
          tally.restless += 1
        } else {
          complaints.append("\(part.address): \(found.joined(separator: "; ")); the kernel: \(kernel)")
        }
      }
      return complaints
    }
  }

  /// Makes the command watch the program, and compares its reports with the program's results.
  private mutating func watch(_ situation: WhySituation) throws -> [String] {
    let question = situation.question
    let command = question.asker.starting([programs.command] + question.watching(with: programs), with: programs)
    let result = try lab.laboratory.namespace.run(situation.restraint.starting(command, with: programs))
    guard let kernel = try? KernelAnswer(result) else {
      return ["status \(result.status): \(result.outputText.prefix(200)) \(result.errorText.prefix(300))"]
    }
    let judge = WatchJudge(situation: situation, reports: WatchReport.all(in: result.errors), kernel: kernel)
    tally.watched[judge.outcome, default: 0] += 1
    return judge.complaints.map { "\($0); the kernel: \(kernel)" }
  }

  private mutating func count(_ judge: WhyJudge, _ asker: String) {
    tally.questions += 1
    tally.verdicts[asker, default: [:]][judge.part.verdict, default: 0] += 1
    tally.kernelErrors[judge.kernel.error ?? "OK", default: 0] += 1
    if judge.part.verdict == "depends", let reason = judge.reason {
      tally.reasons[asker, default: [:]][reason, default: 0] += 1
    }
    if judge.part.verdict == "conflict", judge.kernel.error == nil { tally.remembered += 1 }
  }

  private func answer(_ situation: WhySituation) throws -> Result<WhyAnswer, WhyAnswer.Complaint> {
    let question = situation.question
    let command = question.asker.starting([programs.command] + question.arguments, with: programs)
    return WhyAnswer.read(
      try lab.laboratory.namespace.run(situation.restraint.starting(command, with: programs)))
  }

  private func tryIt(_ situation: WhySituation, on address: String) throws -> KernelAnswer {
    let question = situation.question
    let command = question.binder.starting(question.attempt(on: address, with: programs), with: programs)
    return try KernelAnswer(lab.laboratory.namespace.run(situation.restraint.starting(command, with: programs)))
  }
}

extension Asker {
  /// For counting.
  var kind: String {
    switch self {
    case .root: "root"
    case .plain: "plain user"
    case .inUserNamespace: "user namespace"
    }
  }
}

extension PortLaboratory {
  /// A process that also holds the sockets of the situation; `nil` if there are none.
  func serve(as uid: UInt32) throws -> LabServer? {
    let open = sockets.filter { $0.descriptor >= 0 }
    return open.isEmpty ? nil : try LabServer("trial-server", uid: uid, holding: open, leavingOpen: true)
  }
}
