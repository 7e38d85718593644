import BindDiagnosis
import BindSituationKit
import SockDiag
import SockDiagTestKit
import SocketLaboratory
import SocketLaboratoryKit

/// Sockets on a port, a question about it, and the other conditions.
struct WhySituation {
  let number: Int
  /// The port that the sockets have.
  let port: UInt16
  let sockets: [PortSocketPlan]
  let question: WhyQuestion
  var restraint: Restraint
  let setting: HostSetting?
  /// The user whose process also holds the sockets, if any.
  let server: UInt32?

  /// The situation with a number; the same for the same seed.
  init(_ number: Int, seed: UInt64) {
    var generator = SeededGenerator(seed: seed &+ UInt64(number))
    let plan = SituationPlan(using: &generator)
    let isLow = generator.chance(8)
    let port = UInt16(isLow ? 200 + number % 800 : 10000 + number % 20000)
    var setting = generator.chance(12) ? generator.pick(HostSetting.some) : nil
    var restraint = generator.chance(20) ? Restraint.random(port, using: &generator) : .none
    var question = Self.question(plan.request, port, using: &generator)
    if generator.chance(12) {
      question.watch(using: &generator)
    } else if !isLow, generator.chance(2) {
      // The kernel has one port to choose from. It must not be a privileged one.
      question.port = 0
      setting = HostSetting(name: "net.ipv4.ip_local_port_range", value: "\(port) \(port)", usual: "32768 60999")
    }
    // Making a user namespace writes to /proc, and watching a program reads it.
    let needsProc = question.isWatched || question.asker.isInUserNamespace || LaboratoryBuild.needsProc
    if restraint == .noProc, needsProc { restraint = .none }
    // Only root can see such programs. The text mentions them as not seen.
    if case .cgroup(_, isLate: true) = restraint, question.asker != .root { restraint = .none }
    self.number = number
    self.port = port
    var sockets = plan.sockets.map { $0.varied(using: &generator) }
    if generator.chance(10) { sockets += sockets[0].workers }
    self.sockets = sockets
    server = generator.chance(35) ? generator.pick([0, 1001, 1002]) : nil
    (self.question, self.restraint, self.setting) = (question, restraint, setting)
  }

  private static func question(
    _ request: SocketPlan, _ port: UInt16, using generator: inout SeededGenerator
  ) -> WhyQuestion {
    var socket = request
    if generator.chance(22) { socket.move(to: generator.pick(UnusualPlace.all)) }
    if generator.chance(4) { socket.options.insert(.freebind) }
    let asker: Asker
    switch generator.pick([0, 0, 0, 0, 1, 1, 1, 1, 2, 2] as [Int]) {
    case 0: asker = .root
    case 1:
      asker = .plain(generator.pick([1001, 1002, 65534]))
      // Usually the asking user wants to bind.
      if generator.chance(70) { socket.uid = asker.uid }
    default:
      asker = .inUserNamespace(1001, shownAs: generator.pick([0, 1001, 65534]))
      socket.uid = asker.uid
    }
    var question = WhyQuestion(socket: socket, port: port, asker: asker)
    if generator.chance(4) {
      question.namesNoAddress = true
      question.socket.options.remove(.v6Only)
      question.socket.scope = nil
    }
    return question
  }
}

extension WhySituation: CustomStringConvertible {
  var description: String {
    var words = [
      question.isWatched
        ? "\(question.asker) runs \(question.socket) on port \(port)"
        : "\(question.asker) asks 'sockdiag \(question.arguments.joined(separator: " "))'",
      "beside [\(sockets.map(\.description).joined(separator: "; "))]",
    ]
    if let server { words.append("held by a process of user \(server)") }
    if restraint != .none { words.append("under \(restraint)") }
    if let setting { words.append("with \(setting.name)=\(setting.value)") }
    return words.joined(separator: ", ")
  }
}

extension WhyQuestion {
  /// Makes the command watch a program of the asking user, which may make sockets that no question names.
  fileprivate mutating func watch(using generator: inout SeededGenerator) {
    (isWatched, namesNoAddress) = (true, false)
    socket.uid = asker.uid
    if generator.chance(40) { socket.kind = socket.protocol == .udp ? .udpLite : .mptcp }
  }
}

extension Restraint {
  static func random(_ port: UInt16, using generator: inout SeededGenerator) -> Restraint {
    let all: [Restraint] = [
      .maskedSettings, .oldRelease, .noProc,
      .landlock(allowing: generator.pick([nil, port, port &+ 1])),
      .seccompBind(errno: generator.pick([1, 13, 99])),
      .noFamily(.inet6, errno: generator.pick([97, 13])),
      .noFamily(.netlink, errno: generator.pick([97, 13, 93, 1])),
      .cgroup(denying: generator.pick([0, port, port &+ 1]), isLate: generator.chance(50)),
    ]
    return generator.pick(all)
  }
}
