import SockDiag
import Testing

@testable import BindDiagnosis

/// The rule compared with measurements.
@Suite struct BindCaseTests {
  /// The cases to which the rule applies, in any file, and those whose circumstances are known here.
  let cases: [BindCase]
  let measured: [BindCase]

  init() throws {
    cases = try BindCase.all()
    measured = try BindCase.measured()
  }

  /// Answers in the words of the measurement file.
  private func word(_ outcome: BindPrediction.Outcome) -> String {
    switch outcome {
    case .succeeds: "OK"
    case .fails(let error): "\(error)"
    case .depends: "depends"
    }
  }

  private func outcome(_ one: BindCase, _ sockets: [PortSocket]) -> BindPrediction {
    BindRule.predict(one.request, beside: sockets, under: BindConditions())
  }

  @Test func casesFileHasThousandsOfRows() { #expect(cases.count >= 4057) }

  @Test func ruleHoldsInEveryRowIfAllOptionsAreKnown() {
    for one in cases where !one.rule.isEmpty {
      #expect(word(outcome(one, one.sockets).bind) == one.rule, "\(one)")
    }
  }

  @Test func kernelDiffersFromTheRuleOnlyByItsCacheForAPort() {
    var remembered = 0
    for one in cases where !one.rule.isEmpty {
      let prediction = outcome(one, one.sockets)
      if word(prediction.bind) == one.bind { continue }
      #expect(one.isBucketMemory && prediction.caveats.contains(.bucketMemory) && one.bind == "OK", "\(one)")
      remembered += 1
    }
    #expect(remembered == cases.count(where: \.isBucketMemory))
  }

  @Test func visibleFactsGiveACertainAnswerWheneverPossible() {
    for one in cases where !one.visible.isEmpty {
      let bind = outcome(one, one.visibleSockets).bind
      let expected = ["conflict": "EADDRINUSE", "free": "OK"][one.visible] ?? "depends"
      #expect(word(bind) == expected, "\(one)")
    }
  }

  @Test func blockedPortIsNeverCalledFree() {
    for one in cases where !one.rule.isEmpty && one.bind != "OK" {
      for sockets in [one.sockets, one.visibleSockets] {
        #expect(outcome(one, sockets).bind != .succeeds, "\(one)")
      }
    }
  }

  @Test func inferredOptionsAreTrue() {
    var inferred = 0
    for one in measured where !one.visible.isEmpty {
      var sockets = one.visibleSockets
      OptionInference.apply(to: &sockets)
      guard sockets != one.visibleSockets else { continue }
      for (socket, truth) in zip(sockets, one.sockets) where socket.options[.reusePort] == true {
        // An option that a socket had at listen() may have been unset since.
        #expect(truth.options[.reusePort] == true || one.group == "toggle", "\(one)")
        inferred += 1
      }
    }
    #expect(inferred > 0)
  }

  @Test func listenFailsIfAnotherSocketListensFirst() {
    for one in measured where one.group == "listen-race" && one.bind == "OK" {
      let before = outcome(one, one.sockets)
      if one.listen == "EADDRINUSE" { #expect(before.caveats.contains(.listenRace), "\(one)") }
      let after = one.sockets.map { socket in
        var socket = socket
        socket.role = .listens
        return socket
      }
      #expect(word(outcome(one, after).bind) == one.listen, "\(one)")
    }
  }

  @Test func listenSucceedsAfterBindIfNothingChanges() {
    for one in measured where one.group != "listen-race" && !one.rule.isEmpty && one.listen != "-" {
      guard let listen = outcome(one, one.sockets).listen else {
        #expect(one.isBucketMemory, "\(one)")
        continue
      }
      #expect(word(listen) == one.listen, "\(one)")
    }
  }
}
