import SocketMetrics
import Testing

/// The two text formats.
@Suite struct FormatTests {
  private static func text(_ families: [MetricFamily], _ format: MetricsFormat) -> String {
    String(decoding: format.page(families), as: UTF8.self)
  }

  @Test func counterIsNamedWithItsSuffixInTheOlderFormatOnly() {
    var family = MetricFamily("x_bytes", .counter, unit: "bytes", "Bytes.")
    family.add([MetricLabel("port", "80")], .integer(18_446_744_073_709_551_615))
    #expect(
      Self.text([family], .openMetrics)
        == "# HELP x_bytes Bytes.\n# TYPE x_bytes counter\n# UNIT x_bytes bytes\n"
        + "x_bytes_total{port=\"80\"} 18446744073709551615\n# EOF\n")
    #expect(
      Self.text([family], .prometheus)
        == "# HELP x_bytes_total Bytes.\n# TYPE x_bytes_total counter\n"
        + "x_bytes_total{port=\"80\"} 18446744073709551615\n")
  }

  @Test func factsAreAGaugeInTheOlderFormat() {
    var family = MetricFamily("x_build", .info, "The version.")
    family.add([MetricLabel("version", "1")], .integer(1))
    #expect(Self.text([family], .openMetrics).contains("# TYPE x_build info\nx_build_info{version=\"1\"} 1\n"))
    #expect(Self.text([family], .prometheus).contains("# TYPE x_build_info gauge\nx_build_info{version=\"1\"} 1\n"))
  }

  /// The counts of a distribution of what is there now may fall, so it must not be declared as a histogram.
  @Test func distributionHasTheSameSeriesInBothFormatsAndIsNoHistogram() {
    var times = MetricDistribution(bounds: [0.5, 1])
    for time in [0.25, 0.5, 0.75, 8] { times.add(time) }
    var family = MetricFamily("x_seconds", .gaugeHistogram, unit: "seconds", "Times.")
    family.add([MetricLabel("side", "client")], .distribution(times))
    let series = [
      "x_seconds_bucket{side=\"client\",le=\"0.5\"} 2", "x_seconds_bucket{side=\"client\",le=\"1.0\"} 3",
      "x_seconds_bucket{side=\"client\",le=\"+Inf\"} 4", "x_seconds_gcount{side=\"client\"} 4",
      "x_seconds_gsum{side=\"client\"} 9.5",
    ]
    let pages = MetricsFormat.allCases.map { Page([family], $0) }
    for page in pages { #expect(page.lines.filter { !$0.hasPrefix("#") } == series) }
    #expect(pages[0].lines.contains("# TYPE x_seconds gaugehistogram"))
    #expect(pages[1].lines.filter { $0.hasPrefix("# TYPE") }.allSatisfy { $0.hasSuffix(" untyped") })
  }

  @Test func labelsAndHelpAreEscaped() {
    var family = MetricFamily("x", "A \"quoted\" \\ and\nbroken line.")
    family.add([MetricLabel("name", "a\\b\"c\nd")], .integer(1))
    #expect(
      Self.text([family], .openMetrics)
        == "# HELP x A \\\"quoted\\\" \\\\ and\\nbroken line.\n# TYPE x gauge\nx{name=\"a\\\\b\\\"c\\nd\"} 1\n# EOF\n")
    #expect(Self.text([family], .prometheus).contains("# HELP x A \"quoted\" \\\\ and\\nbroken line.\n"))
  }

  @Test func equalLabelsGetANumberAndFamiliesWithoutSamplesAreLeftOut() {
    var family = MetricFamily("x", "X.")
    for value in 1...3 { family.add([MetricLabel("a", "b")], .integer(UInt64(value))) }
    let page = Page([MetricFamily("y", "Y."), family], .prometheus)
    #expect(
      page.lines.dropFirst(2) == ["x{a=\"b\"} 1", "x{a=\"b\",number=\"2\"} 2", "x{a=\"b\",number=\"3\"} 3"])
    #expect(!page.lines.contains { $0.contains("Y.") })
  }

  @Test(arguments: [
    (Double.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"), (0, "0.0"), (0.00001, "1e-05"), (1e21, "1e+21"),
  ])
  func numberIsSpeltAsCollectorsReadIt(number: Double, text: String) {
    var family = MetricFamily("x", "X.")
    family.add([], .real(number))
    #expect(Page([family])["x"] == text)
  }
}
