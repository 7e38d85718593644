import BindSituationKit
import SockDiag
import SockDiagTestKit
import SocketLaboratory
import SocketLaboratoryKit

@testable import BindDiagnosis

/// Random situations: each is predicted and then tried.
struct BindTrial: ~Copyable {
  private let lab: PortLaboratory
  private var reader: PortReader
  private(set) var tally = BindTally()

  /// Each situation has a port that was not used in the last minute, because TIME_WAIT records last that long.
  private static let ports = 10000..<30000

  init(_ laboratory: Laboratory) throws {
    let lab = try PortLaboratory(laboratory)
    reader = try PortReader()
    self.lab = lab
  }

  /// Tries the situation with a number; the same for the same seed.
  mutating func run(_ number: Int, seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed &+ UInt64(number))
    let plan = SituationPlan(using: &generator)
    let port = UInt16(Self.ports.lowerBound + number % Self.ports.count)
    let (transport, request) = (plan.request.protocol, plan.request.request(port))
    defer { lab.clear() }
    for socket in plan.sockets { try lab.make(socket, port: port) }
    try lab.rememberAll()
    let socket = try plan.request.make(in: lab.laboratory)
    defer { socket.close() }
    let own = SocketCookie(rawValue: try socket.cookie())

    var view = try reader.view(transport, port)
    var judgement = Judgement(view, lab, request, plan.request.conditions)
    count(view, judgement)
    var complaints: [String] = []
    if !(try lab.cookies(on: port).isSubset(of: view.sockets.compactMap(\.cookie))) {
      complaints.append("sock_diag does not show every socket")
    }
    let bind = try BindErrno.answer { try socket.bind(to: plan.request.endpoint(port)) }
    if bind == nil { tally.succeeded += 1 } else { tally.refused += 1 }
    complaints += judgement.complaints(bind, to: "bind", \.boundOutcome, transport, &tally)

    if bind == nil, transport == .tcp, complaints.isEmpty {
      let isRaced = plan.isRaced && lab.bound.contains { (try? $0.listen(backlog: 1)) != nil }
      let before = judgement
      if isRaced {
        view = try reader.view(transport, port).without(own)
        judgement = Judgement(view, lab, request, plan.request.conditions)
      }
      let listen = try BindErrno.answer { try socket.listen(backlog: 1) }
      complaints += judgement.complaints(
        listen, to: "listen", isRaced ? \.boundOutcome : \.listen, transport, &tally)
      if isRaced {
        tally.races += 1
        if listen != nil {
          tally.lostRaces += 1
          if !before.isRaceAnnounced { complaints.append("a lost race was not announced") }
        }
      }
    }
    guard !complaints.isEmpty else { return }
    if try !reader.view(transport, port).without(own).isSame(as: view) {
      tally.restless += 1
    } else {
      tally.complaints.append(
        "situation \(number), \(plan):\n  \(complaints.joined(separator: "\n  "))\n    \(judgement)")
    }
  }

  private mutating func count(_ view: PortView, _ judgement: Judgement) {
    tally.situations += 1
    tally.sockets += view.sockets.count
    if view.sockets.isEmpty { tally.empty += 1 }
    if judgement.complete == nil { tally.unrecognized += 1 }
    for socket in view.sockets {
      let role = "\(PortSocket.Role(socket))"
      let name = role == "occupies" && socket.protocol == .tcp ? "\(socket.state)" : role
      tally.roles["\(socket.protocol) \(name)", default: 0] += 1
    }
  }
}
