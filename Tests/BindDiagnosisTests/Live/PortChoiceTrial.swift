import BindSituationKit
import SockDiag
import SockDiagTestKit
import SocketLaboratory
import SocketLaboratoryKit

@testable import BindDiagnosis

/// Random sockets on a range of ports, and a socket whose port the kernel chooses.
struct PortChoiceTrial: ~Copyable {
  struct Tally: Sendable {
    /// How often the calls found a port, and how often there was none.
    var answers: [PortChoicePlan.Call: (found: Int, exhausted: Int)] = [:]
    /// Definite predictions.
    var complete = 0
    /// How often connect() took a port that a program has bound.
    var forgotten = 0
    var visible = 0
    /// Trials whose sockets changed between the reading and the call, so that the prediction was for other sockets.
    var restless = 0
    var complaints: [String] = []
  }

  private let lab: PortLaboratory
  private var reader: PortReader
  private(set) var tally = Tally()

  init(_ laboratory: Laboratory) throws {
    let lab = try PortLaboratory(laboratory)
    reader = try PortReader()
    self.lab = lab
  }

  /// The maximum number of ports to choose from.
  private static let width: UInt16 = 7

  mutating func run(_ number: Int, seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed &+ UInt64(number))
    // Each trial has ports that were not used in the last minute.
    let first = 10000 + UInt16(number % 3000) * Self.width
    let ports = first...(first + UInt16.random(in: 0..<generator.pick([3, 3, Self.width]), using: &generator))
    defer { lab.clear() }
    let model = SocketPlan(generator.chance(70) ? .tcp : .udp, using: &generator)
    // If connect() chose all ports itself, it still finds some.
    let isOfConnections = generator.chance(15)
    var plans: [PortSocketPlan] = []
    for port in ports {
      for _ in 0..<generator.pick(isOfConnections ? [1, 1, 2] : [0, 1, 1, 2, 2, 3]) {
        var plan = PortSocketPlan(like: model, using: &generator)
        if isOfConnections { plan.form = .autobound }
        plans.append(plan)
        try lab.make(plan, port: port)
      }
    }
    try lab.rememberAll()
    var plan = PortChoicePlan(like: model, using: &generator)
    var conditions = plan.socket.conditions
    conditions.ephemeralPorts = ports
    if generator.chance(20) { conditions.reservedPorts = PortSet(first) }
    conditions.sharesChosenPorts = generator.chance(30)
    if generator.chance(20) {
      let bounds = PortBounds(
        lowest: generator.pick([0, first - 1, first, first + 1, first + 2]),
        highest: generator.pick([0, first, first + 1, first + 3, 1]))
      // The kernel refuses bounds in the wrong order.
      if bounds.highest == 0 || bounds.lowest <= bounds.highest {
        plan.bounds = bounds
        conditions.ephemeralPorts = bounds.narrow(ports)
      }
    }

    let sockets = try reader.read(plan.socket.protocol, ports)
    let view = PortView(sockets: sockets)
    let truth = view.complete(lab.truths)
    var predictions = [
      Prediction(plan, byPort(view.visible(infers: !lab.hasChangedOptions), sockets), conditions, knowsAll: false)
    ]
    if let truth { predictions.append(Prediction(plan, byPort(truth, sockets), conditions, knowsAll: true)) }
    let (answers, own) = try answers(plan, conditions, ports)
    count(plan, answers)
    for prediction in predictions {
      if prediction.isCertain {
        if prediction.knowsAll { tally.complete += 1 } else { tally.visible += 1 }
      }
      var complaints = prediction.complaints(answers)
      if prediction.isRefuted(byConnecting: answers) {
        // The kernel forgets that a port was bound if its socket has connected from an address that other connections
        // have.
        let mayBeForgotten = plans.contains { $0.form == .outgoing || $0.form == .disconnected }
        if mayBeForgotten { tally.forgotten += 1 } else { complaints.append("connect was said to find no port") }
      }
      guard !complaints.isEmpty else { continue }
      guard try PortView(sockets: reader.read(plan.socket.protocol, ports)).without(own).isSame(as: view) else {
        tally.restless += 1
        return
      }
      let seen = zip(sockets, truth ?? []).map { "\($0) \($1.interfaceIndex) \($1.uid as Any) \($1.options)" }
      tally.complaints.append(
        "choice \(number), \(prediction.knowsAll ? "all known" : "visible"): \(complaints.joined(separator: ", ")); "
          + "[\(plan)] \(conditions.reservedPorts) \(conditions.sharesChosenPorts ? "sharing " : "")beside\n  "
          + "\(seen.joined(separator: "\n  "))\n  of \(plans)")
    }
  }

  /// The kernel's answers, and the socket; `nil` if the call was not reached.
  private func answers(_ plan: PortChoicePlan, _ conditions: BindConditions, _ ports: ClosedRange<UInt16>) throws -> (
    Answers, SocketCookie
  ) {
    let bounds = plan.bounds.map { [SocketOption.localPortRange(lowest: $0.lowest, highest: $0.highest)] } ?? []
    let socket = try plan.socket.make(in: lab.laboratory, with: bounds)
    defer { socket.close() }
    let own = SocketCookie(rawValue: try socket.cookie())
    let answers = try lab.choosing(
      among: ports, except: conditions.reservedPorts, sharing: conditions.sharesChosenPorts
    ) {
      var answers = Answers()
      if plan.call != .unboundListen {
        let bind = try BindErrno.answer { try socket.bind(to: plan.socket.endpoint(0)) }
        answers.bind = .some(bind)
        guard bind == nil else { return answers }
      }
      switch plan.call {
      case .bind where plan.socket.protocol == .udp: break
      case .bind, .listen, .unboundListen: answers.listen = try BindErrno.answer { try socket.listen(backlog: 1) }
      case .connect, .connectUDP:
        let destination = LabAddress(plan.socket.destination(prefersIPv4: plan.prefersIPv4))
        answers.connect = try BindErrno.answer {
          try socket.connect(to: LabEndpoint(destination, PortLaboratory.servicePort))
        }
      }
      return answers
    }
    return (answers, own)
  }

  private mutating func count(_ plan: PortChoicePlan, _ answers: Answers) {
    let (answer, none): (BindErrno??, BindErrno) =
      switch plan.call {
      case .bind: (answers.bind, .addressInUse)
      case .listen, .unboundListen: (answers.listen, .addressInUse)
      case .connect: (answers.connect, .addressNotAvailable)
      case .connectUDP: (answers.connect, .tryAgain)
      }
    guard let answer else { return }
    if answer == nil {
      tally.answers[plan.call, default: (0, 0)].found += 1
    } else if answer == none {
      tally.answers[plan.call, default: (0, 0)].exhausted += 1
    }
  }

  private func byPort(_ portSockets: [PortSocket], _ sockets: [InetSocket]) -> [UInt16: [PortSocket]] {
    Dictionary(grouping: zip(sockets, portSockets), by: \.0.local.port).mapValues { $0.map(\.1) }
  }
}

extension PortChoiceTrial {
  /// The answers of the calls that were made; success is `nil`.
  struct Answers {
    var bind: BindErrno??
    var listen: BindErrno??
    var connect: BindErrno??
  }

  /// The predictions for the calls.
  struct Prediction {
    let knowsAll: Bool
    private let plan: PortChoicePlan
    private let rule: BindPrediction
    private let mayConnect: Bool
    /// The answer of a bind() that takes a port; connect() takes one in the same way with UDP.
    private let early: BindPrediction.Outcome

    init(
      _ plan: PortChoicePlan, _ ports: [UInt16: [PortSocket]], _ conditions: BindConditions, knowsAll: Bool
    ) {
      self.knowsAll = knowsAll
      self.plan = plan
      rule = BindRule.predict(plan.request, choosingAmong: ports, under: conditions).prediction
      mayConnect = BindRule.mayConnect(choosingAmong: ports, under: conditions)
      var request = plan.request
      request.options.remove(.bindAddressNoPort)
      early = BindRule.predict(request, choosingAmong: ports, under: conditions).prediction.bind
    }

    var isCertain: Bool { rule.unknowns.isEmpty }

    func complaints(_ answers: Answers) -> [String] {
      var found: [String] = []
      if let bind = answers.bind { found += complaints("bind", rule.bind, bind) }
      if let listen = answers.listen {
        found += rule.listen.map { complaints("listen", $0, listen) } ?? ["listen: nothing was said"]
      }
      guard let connect = answers.connect, plan.call == .connectUDP else { return found }
      if early == .fails(.addressInUse) || early == .succeeds {
        let finds = connect != .tryAgain
        if finds != (early == .succeeds) { found.append("connect: as bind, \(early), the kernel: \(finds)") }
      }
      return found
    }

    /// Whether connect() found a port although the prediction was that there is none.
    func isRefuted(byConnecting answers: Answers) -> Bool {
      guard plan.call == .connect, let connect = answers.connect else { return false }
      return !mayConnect && connect == nil
    }

    private func complaints(
      _ call: String, _ outcome: BindPrediction.Outcome, _ answer: BindErrno?
    ) -> [String] {
      if case .depends(let on) = outcome {
        let mayBe = !knowsAll || on == .firstTried
        return mayBe ? [] : ["\(call): depends on \(on) though all is known"]
      }
      if outcome == answer.map({ .fails($0) }) ?? .succeeds { return [] }
      return ["\(call): \(outcome), the kernel: \(answer.map { "\($0)" } ?? "OK")"]
    }
  }
}

extension BindErrno {
  /// The error of connect() with UDP if no port is left. Kernel: `EAGAIN`.
  fileprivate static let tryAgain = BindErrno(rawValue: 11)
}

extension PortChoiceTrial.Tally: CustomStringConvertible {
  var description: String {
    let calls = answers.map { "\($0): \($1.found) found, \($1.exhausted) exhausted" }.sorted()
    return
      "\(complete) definite with all known, \(visible) from what is visible; \(forgotten) forgotten, \(restless) restless; \(calls.joined(separator: "; "))"
  }
}
