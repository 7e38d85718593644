import SockDiag
import SocketLaboratory
import Testing

@testable import BindDiagnosis

/// Ports that the kernel chooses, from a range that is nearly used up.
@Suite(.enabled(if: NetworkNamespace.isPermitted, "needs the right to make network namespaces"))
struct LivePortChoiceTests {
  @Test func whetherAPortIsLeftIsWhatTheKernelFinds() async throws {
    let seed = LiveSettings.seed("port choices")
    let count = LiveSettings.count / 4
    let tally = try await Laboratory.withNew { laboratory in
      var trial = try PortChoiceTrial(laboratory)
      for number in 0..<count { try trial.run(number, seed: seed) }
      return trial.tally
    }
    print(
      "\(tally.chosen) chosen, \(tally.exhausted) exhausted, \(tally.complete) definite with all known, "
        + "\(tally.visible) from what is visible")
    #expect(tally.complaints.isEmpty, "seed \(seed): \(tally.complaints.prefix(5).joined(separator: "\n"))")
    guard count >= 200 else { return }
    #expect(tally.chosen >= count / 10 && tally.exhausted >= count / 10)
    #expect(tally.complete >= count * 9 / 10 && tally.visible >= count / 2)
  }
}

/// Random sockets on a range of ports, and one that leaves the choice of its port to the kernel.
private struct PortChoiceTrial: ~Copyable {
  struct Tally: Sendable {
    var chosen = 0
    var exhausted = 0
    /// Definite predictions.
    var complete = 0
    var visible = 0
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

  /// How many ports there are to choose from at most.
  private static let width: UInt16 = 7

  mutating func run(_ number: Int, seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed &+ UInt64(number))
    // Each trial has ports that none had in the last minute.
    let first = 10000 + UInt16(number % 3000) * Self.width
    let ports = first...(first + UInt16.random(in: 0..<generator.pick([3, 3, Self.width]), using: &generator))
    defer { lab.clear() }
    let model = SocketPlan(generator.chance(70) ? .tcp : .udp, using: &generator)
    var holders: [HolderPlan] = []
    for port in ports {
      for _ in 0..<generator.pick([0, 1, 1, 2, 2, 3]) {
        holders.append(HolderPlan(like: model, using: &generator))
        try lab.make(holders[holders.count - 1], port: port)
      }
    }
    try lab.rememberAll()
    var plan = SocketPlan(model.protocol, like: model, using: &generator)
    if generator.chance(10) { plan.options.insert(.bindAddressNoPort) }
    // Without a bind() listen() chooses the port, for the wildcard.
    let listensUnbound = plan.protocol == .tcp && plan.address.isUnspecified && generator.chance(30)
    if listensUnbound { plan.options.remove(.bindAddressNoPort) }

    let sockets = try reader.read(plan.protocol, ports)
    var conditions = plan.conditions
    conditions.ephemeralPorts = ports
    if generator.chance(20) { conditions.reservedPorts = PortSet(first) }
    let request = plan.request(0)
    let view = PortView(sockets: sockets)
    let visible = BindRule.predict(
      request, choosingAmong: byPort(view.visible(infers: !lab.hasChangedOptions), sockets), under: conditions)
    let complete = view.complete(lab.truths).map {
      BindRule.predict(request, choosingAmong: byPort($0, sockets), under: conditions)
    }

    let socket = try plan.make(in: lab.laboratory)
    defer { socket.close() }
    let answer = try lab.choosing(among: ports, except: conditions.reservedPorts) {
      try BindErrno.answer {
        try listensUnbound ? socket.listen(backlog: 1) : socket.bind(to: plan.endpoint(0))
      }
    }
    if answer == nil { tally.chosen += 1 } else { tally.exhausted += 1 }
    for (name, prediction) in [("visible", visible), ("all known", complete)] {
      guard let outcome = prediction?.prediction.bind else { continue }
      if case .depends(let on) = outcome {
        let mayBe = name == "visible" || on == .firstTried
        if !mayBe { tally.complaints.append("choice \(number): depends on \(on) though all is known") }
        continue
      }
      if name == "visible" { tally.visible += 1 } else { tally.complete += 1 }
      if outcome == answer.map({ .fails($0) }) ?? .succeeds { continue }
      tally.complaints.append(
        "choice \(number), \(name): \(outcome), the kernel: \(answer.map { "\($0)" } ?? "OK"); "
          + "[\(plan)]\(listensUnbound ? " unbound" : "") \(conditions.reservedPorts) beside\n  "
          + zip(sockets, view.complete(lab.truths) ?? []).map {
            "\($0) \($1.interfaceIndex) \($1.uid as Any) \($1.options)"
          }
          .joined(separator: "\n  "))
    }
  }

  private func byPort(_ holders: [PortHolder], _ sockets: [InetSocket]) -> [UInt16: [PortHolder]] {
    Dictionary(grouping: zip(sockets, holders), by: \.0.local.port).mapValues { $0.map(\.1) }
  }
}
