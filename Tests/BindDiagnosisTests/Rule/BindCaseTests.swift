import SockDiag
import Testing

@testable import BindDiagnosis

/// The rule against measurements.
@Suite struct BindCaseTests {
  /// What the rule answers for, in whatever file, and the cases whose circumstances are known here.
  let cases: [BindCase]
  let measured: [BindCase]

  init() throws {
    cases = try BindCase.all()
    measured = try BindCase.measured()
  }

  /// Answers in the words of the measurement.
  private func word(_ outcome: BindPrediction.Outcome) -> String {
    switch outcome {
    case .succeeds: "OK"
    case .fails(let error): "\(error)"
    case .depends: "depends"
    }
  }

  private func outcome(_ one: BindCase, _ holders: [PortHolder]) -> BindPrediction {
    BindRule.predict(one.request, beside: holders, under: BindConditions())
  }

  @Test func thereAreThousands() { #expect(cases.count >= 4057) }

  @Test func withAllOptionsKnownTheRuleHoldsInEveryRow() {
    for one in cases where !one.rule.isEmpty {
      #expect(word(outcome(one, one.holders).bind) == one.rule, "\(one)")
    }
  }

  @Test func theKernelDiffersFromTheRuleOnlyByItsMemoryForAPort() {
    var remembered = 0
    for one in cases where !one.rule.isEmpty {
      let prediction = outcome(one, one.holders)
      if word(prediction.bind) == one.bind { continue }
      #expect(one.isBucketMemory && prediction.caveats.contains(.bucketMemory) && one.bind == "OK", "\(one)")
      remembered += 1
    }
    #expect(remembered == cases.count(where: \.isBucketMemory))
  }

  @Test func withWhatIsVisibleTheAnswerIsCertainWhereverItCanBe() {
    for one in cases where !one.visible.isEmpty {
      let bind = outcome(one, one.visibleHolders).bind
      let expected = ["conflict": "EADDRINUSE", "free": "OK"][one.visible] ?? "depends"
      #expect(word(bind) == expected, "\(one)")
    }
  }

  @Test func whatBlocksIsNeverCalledFree() {
    for one in cases where !one.rule.isEmpty && one.bind != "OK" {
      for holders in [one.holders, one.visibleHolders] {
        #expect(outcome(one, holders).bind != .succeeds, "\(one)")
      }
    }
  }

  @Test func whatIsInferredIsTrue() {
    var inferred = 0
    for one in measured where !one.visible.isEmpty {
      var holders = one.visibleHolders
      HolderInference.apply(to: &holders)
      guard holders != one.visibleHolders else { continue }
      for (holder, truth) in zip(holders, one.holders) where holder.options[.reusePort] == true {
        // What a socket had when it began to listen may have been taken back since.
        #expect(truth.options[.reusePort] == true || one.group == "toggle", "\(one)")
        inferred += 1
      }
    }
    #expect(inferred > 0)
  }

  @Test func listenFailsBesideASocketThatListensFirst() {
    for one in measured where one.group == "listen-race" && one.bind == "OK" {
      let before = outcome(one, one.holders)
      if one.listen == "EADDRINUSE" { #expect(before.caveats.contains(.listenRace), "\(one)") }
      let after = one.holders.map { holder in
        var holder = holder
        holder.role = .listens
        return holder
      }
      #expect(word(outcome(one, after).bind) == one.listen, "\(one)")
    }
  }

  @Test func whereBindSucceedsAndNothingChangesListenDoes() {
    for one in measured where one.group != "listen-race" && !one.rule.isEmpty && one.listen != "-" {
      guard let listen = outcome(one, one.holders).listen else {
        #expect(one.isBucketMemory, "\(one)")
        continue
      }
      #expect(word(listen) == one.listen, "\(one)")
    }
  }
}
