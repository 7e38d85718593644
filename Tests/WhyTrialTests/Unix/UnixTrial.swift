import BindDiagnosis
import Glibc
import SockDiag
import SockDiagTestKit
import SocketLaboratory
import SocketLaboratoryKit

/// Asks about random UNIX sockets, and then makes the calls.
struct UnixTrial {
  /// The results of many questions.
  struct Tally: Sendable, CustomStringConvertible {
    var situations = 0
    var binds: [String: Int] = [:]
    var connects: [String: Int] = [:]
    /// Answers that leave it open, by the situation.
    var open: [String: Int] = [:]
    var wrong: [String] = []

    var openCount: Int { open.values.reduce(0, +) }

    var description: String {
      func list(_ counts: [String: Int]) -> String {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) \($0.key)" }.joined(
          separator: ", ")
      }
      return """
        UNIX: \(situations) situations, \(wrong.count) wrong, \(openCount) open
        bind(): \(list(binds))
        connect(): \(list(connects))
        open: \(list(open))
        """
    }
  }

  private(set) var tally = Tally()
  private let namespace: LabNamespace

  init(_ namespace: LabNamespace) { self.namespace = namespace }

  /// Tries the situation with a number; the same for the same seed.
  mutating func run(_ number: Int, seed: UInt64, in lab: borrowing UnixLaboratory) throws {
    var generator = SeededGenerator(seed: seed &+ UInt64(number))
    let situation = UnixSituation(using: &generator)
    defer { _ = unsafe chdir("/") }
    let scene = try UnixScene(situation, number: number, in: lab, namespace)
    let name = scene.name
    let question = Question(situation, name)
    let result = try situation.asker == .nobody ? LoneThread.run(.unprivileged) { try question.ask() } : question.ask()
    let type = situation.askedType ?? result.foundType ?? 1
    let calls = Calls(name: name, type: type)
    let kernel = try situation.asker == .root ? calls.make() : LoneThread.run(.unprivileged) { try calls.make() }
    judge(situation, number, result, kernel)
    withExtendedLifetime(scene.name) {}
  }

  private mutating func judge(_ situation: UnixSituation, _ number: Int, _ answer: Answer, _ kernel: Calls.Result) {
    tally.situations += 1
    let bind = Self.text(kernel.bind)
    let connect = Self.text(kernel.connect)
    tally.binds[bind, default: 0] += 1
    tally.connects[connect, default: 0] += 1
    var complaints: [String] = []
    for (call, said, real) in [("bind", answer.bind, bind), ("connect", answer.connect, connect)] {
      if said == "depends" {
        tally.open["\(call) \(situation.content)", default: 0] += 1
      } else if said != real {
        complaints.append("\(call)() answers \(real), not \(said)")
      }
    }
    if !complaints.isEmpty {
      tally.wrong.append("situation \(number), \(situation):\n    \(complaints.joined(separator: "; "))")
    }
  }

  private static func text(_ errno: Int32) -> String { errno == 0 ? "succeeds" : "\(BindErrno(rawValue: errno))" }

  /// The answer of the diagnosis.
  struct Answer: Sendable {
    var bind: String
    var connect: String
    var foundType: UInt8?
  }

  /// A question about a name.
  struct Question: Sendable {
    let situation: UnixSituation
    let name: [UInt8]

    init(_ situation: UnixSituation, _ name: [UInt8]) { (self.situation, self.name) = (situation, name) }

    func ask() throws -> Answer {
      guard let name = UnixSocketName(sunPath: name) else {
        throw LaboratoryError(.misuse, "a question without a name")
      }
      var request = UnixRequest(name, kind: situation.askedType.map(SocketType.init(rawValue:)))
      if situation.asker == .rootForNobody { request.uid = 65534 }
      var diagnostician = try Diagnostician()
      let diagnosis = try diagnostician.diagnose(request, [])
      var foundType: UInt8?
      if case .server(let server) = diagnosis.presence { foundType = server.type.rawValue }
      return Answer(bind: "\(diagnosis.bind)", connect: "\(diagnosis.connect)", foundType: foundType)
    }
  }

  /// The calls of a program.
  struct Calls: Sendable {
    let name: [UInt8]
    let type: UInt8

    struct Result: Sendable {
      var bind: Int32
      var connect: Int32
    }

    func make() throws -> Result {
      let client = try UnixLabSocket(type: type)
      let server = try UnixLabSocket(type: type)
      let connect = client.connect(name)
      return Result(bind: server.bind(name), connect: connect)
    }
  }
}
