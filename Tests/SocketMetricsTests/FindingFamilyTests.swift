import HostFindings
import Testing

@testable import SocketMetrics

/// The metrics of findings.
@Suite struct FindingFamilyTests {
  private static func report(_ count: Int) -> FindingReport {
    let findings = (0..<count).map { index in
      Finding(
        .acceptQueue, .failing, figure: UInt64(100 + index), limit: 128, unit: "connections",
        text: "the accept queue is full", advice: "new connections are dropped")
    }
    return FindingReport(
      labels: [MetricLabel("netns", "blue")], findings, FindingScope(), interval: .seconds(1), isComplete: true)
  }

  @Test func figuresAreLimitedAndAllFindingsAreCounted() {
    let page = Page(FindingFamilies.families([Self.report(5)], limit: 2))
    #expect(page["sockdiag_findings{netns=\"blue\",rule=\"accept-queue\"}"] == "5")
    #expect(page.series("sockdiag_finding_figure").count == 2)
    #expect(page.series("sockdiag_finding_limit").count == 2)
    #expect(page.series("sockdiag_finding_figure")[0].hasSuffix(" 100"))
  }

  @Test func withoutALimitAllFiguresAreShown() {
    #expect(Page(MetricFamily.findings([Self.report(60)])).series("sockdiag_finding_figure").count == 60)
  }
}
