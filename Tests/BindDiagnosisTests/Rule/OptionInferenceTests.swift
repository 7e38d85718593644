import SockDiag
import SockDiagTestKit
import Testing

@testable import BindDiagnosis

/// What the existence of listeners says about their options.
@Suite struct OptionInferenceTests {
  /// The conclusions from each pair of listeners.
  private static func inferred(_ sockets: [PortSocket]) -> [PortSocket] {
    var result = sockets
    for first in sockets.indices {
      for second in sockets.indices where first != second {
        guard conflict(sockets[first], sockets[second]), conflict(sockets[second], sockets[first]) else { continue }
        result[first].options.learn(KnownOptions(.reusePort))
      }
    }
    return result
  }

  /// Whether a listener could not exist beside another if neither had SO_REUSEPORT.
  private static func conflict(_ late: PortSocket, _ early: PortSocket) -> Bool {
    guard late.role == .listens, early.role == .listens, let uid = late.uid, uid == early.uid else { return false }
    var request = BindRequest(
      .tcp, SocketAddress(late.address, port: 0), options: late.options[.v6Only] ?? true ? .v6Only : [], uid: uid,
      interfaceIndex: late.interfaceIndex)
    request.routingDomain = late.routingDomain
    if case .blocks = BindRule.effect(of: early, on: request) { return true }
    return false
  }

  private static func listener(_ random: inout SeededGenerator) throws -> PortSocket {
    let texts = ["0.0.0.0", "127.0.0.1", "127.0.0.2", "::", "::1", "::ffff:127.0.0.1", "::ffff:0.0.0.0"]
    let address = try #require(IPAddress(texts.randomElement(using: &random) ?? "::"))
    var options = KnownOptions()
    options[.v6Only] = [nil, true, false].randomElement(using: &random) ?? nil
    options[.reuseAddress] = [nil, true].randomElement(using: &random) ?? nil
    return PortSocket(
      .tcp, address, [.listens, .listens, .bound].randomElement(using: &random) ?? .listens,
      interfaceIndex: [0, 0, 2].randomElement(using: &random) ?? 0,
      routingDomain: [0, 0, 7].randomElement(using: &random) ?? 0,
      uid: [0, 0, 1000, nil].randomElement(using: &random) ?? 0, options: options)
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func groupsGiveTheSameConclusionsAsPairs(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var hasLearnt = false
    for number in 0..<Trials.count(300) {
      let sockets = try (0..<Int.random(in: 0...7, using: &random)).map { _ in try Self.listener(&random) }
      var grouped = sockets
      OptionInference.apply(to: &grouped)
      #expect(grouped == Self.inferred(sockets), "seed \(seed), number \(number)")
      hasLearnt = hasLearnt || grouped != sockets
    }
    #expect(hasLearnt)
  }
}
