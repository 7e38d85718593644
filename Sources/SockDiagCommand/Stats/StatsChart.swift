internal import SockDiagWire

/// The history of a run as an SVG picture: a panel for each figure, with a line for each of the largest groups.
struct StatsChart {
  /// A figure over time.
  private struct Panel: Sendable {
    let title: String
    let value: @Sendable (StatsHistory.Values) -> Double?
    let label: @Sendable (Double) -> String
  }

  private static let panels: [Panel] = [
    Panel(title: "Sockets", value: { $0.sockets }, label: { ShortNumber.text($0) }),
    Panel(title: "Received, bytes per second", value: { $0.received }, label: { ShortNumber.text($0) }),
    Panel(title: "Sent and acknowledged, bytes per second", value: { $0.sent }, label: { ShortNumber.text($0) }),
    Panel(title: "Segments sent again", value: { $0.retransmits }, label: { ShortNumber.percentage($0) }),
    Panel(
      title: "Round-trip time, median", value: { $0.roundTrip }, label: { Duration.seconds($0).roundedText() }),
  ]

  private static let colours = [
    "#4269d0", "#ff725c", "#3ca951", "#efb118", "#a463f2", "#6cc5b0", "#ff8ab7", "#9c6b4e",
  ]

  private enum Layout {
    static let width = 900
    static let margin = 24
    static let axis = 70
    static let header = 76
    static let panel = 150
    static let plot = 104
    static let legendLine = 20
  }

  private let history: StatsHistory
  private let groups: [GroupName]
  private let shown: [Panel]
  private let elements: [String]
  private let height: Int

  init(_ history: StatsHistory) {
    self.history = history
    let groups = Self.largest(in: history)
    self.groups = groups
    shown = Self.panels.filter { panel in
      history.points.contains { point in
        groups.contains { name in point.groups[name].flatMap(panel.value).map { $0 > 0 } ?? false }
      }
    }
    var elements: [String] = []
    var y = Layout.header
    for (index, name) in groups.enumerated() {
      let column = index % 2
      let x = Layout.margin + column * (Layout.width - 2 * Layout.margin) / 2
      let line = y + index / 2 * Layout.legendLine
      elements.append(
        "<rect x=\"\(x)\" y=\"\(line - 9)\" width=\"10\" height=\"10\" rx=\"2\" fill=\"\(Self.colours[index])\"/>")
      elements.append(Self.text(name.text, x: x + 16, y: line, "label"))
    }
    y += (groups.count + 1) / 2 * Layout.legendLine + 12
    for panel in shown {
      elements += Self.draw(panel, history, groups, at: y)
      y += Layout.panel
    }
    if shown.isEmpty {
      elements.append(Self.text("No looks yet.", x: Layout.margin, y: y, "label"))
      y += Layout.legendLine
    }
    self.elements = elements
    height = y + Layout.margin
  }

  /// The groups that had the most sockets at any time, as many as there are colours.
  private static func largest(in history: StatsHistory) -> [GroupName] {
    var most: [GroupName: Double] = [:]
    for point in history.points {
      for (name, values) in point.groups { most[name] = max(most[name] ?? 0, values.sockets, values.received ?? 0) }
    }
    let sorted = most.sorted { $0.value == $1.value ? $0.key.text < $1.key.text : $0.value > $1.value }
    return sorted.prefix(colours.count).map(\.key)
  }

  var svg: String {
    let caption = [
      history.start.map(\.utc) ?? "", history.points.count.counted("look"), history.filter,
    ].filter { !$0.isEmpty }.joined(separator: " · ")
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Layout.width) \(height)" width="\(Layout.width)" \
      height="\(height)" role="img" aria-label="Sockets by \(Self.escaped(history.grouping.word))">
      <style>
        text { font: 12px system-ui, sans-serif; fill: #444 }
        .heading { font-size: 18px; font-weight: 600; fill: #111 }
        .title { font-weight: 600 }
        .card { fill: #fff } .grid { stroke: #ddd } .line { fill: none; stroke-width: 1.5 }
        @media (prefers-color-scheme: dark) {
          text { fill: #bbb } .heading { fill: #eee } .card { fill: #1b1b1f } .grid { stroke: #3a3a40 }
        }
      </style>
      <rect class="card" width="\(Layout.width)" height="\(height)"/>
      \(Self.text("Sockets by \(history.grouping.word)", x: Layout.margin, y: 32, "heading"))
      \(Self.text(caption, x: Layout.margin, y: 52, "label"))
      \(elements.joined(separator: "\n"))
      </svg>

      """
  }

  private static func draw(
    _ panel: Panel, _ history: StatsHistory, _ groups: [GroupName], at top: Int
  ) -> [String] {
    let values = history.points.flatMap { point in groups.compactMap { point.groups[$0].flatMap(panel.value) } }
    let most = roundedUp(values.max() ?? 0)
    let span = max(history.points.last?.seconds ?? 0, 1e-3)
    let (left, right) = (Double(Layout.margin + Layout.axis), Double(Layout.width - Layout.margin))
    let (upper, lower) = (Double(top + 18), Double(top + 18 + Layout.plot))
    func place(_ seconds: Double, _ value: Double) -> String {
      let x = left + (right - left) * min(max(seconds / span, 0), 1)
      let y = lower - (lower - upper) * min(max(value / most, 0), 1)
      return "\(tenths(x)),\(tenths(y))"
    }
    var elements = [text(panel.title, x: Layout.margin, y: top + 8, "title")]
    for part in [0.0, 0.5, 1.0] {
      let y = tenths(lower - (lower - upper) * part)
      elements.append(
        "<line class=\"grid\" x1=\"\(tenths(left))\" y1=\"\(y)\" x2=\"\(tenths(right))\" y2=\"\(y)\"/>")
      elements.append(
        text(panel.label(most * part), x: Int(left) - 6, y: Int(lower - (lower - upper) * part) + 4, "label", "end"))
    }
    for part in [0.0, 0.25, 0.5, 0.75, 1.0] {
      let anchor = part == 0 ? "start" : part == 1 ? "end" : "middle"
      elements.append(
        text(
          Duration.seconds(span * part).roundedText(), x: Int(left + (right - left) * part), y: Int(lower) + 15,
          "label",
          anchor))
    }
    for (index, name) in groups.enumerated() {
      // A group that was away for some looks has several lines.
      var line: [String] = []
      func end() {
        if line.count == 1 { line.append(line[0]) }
        if !line.isEmpty {
          elements.append(
            "<polyline class=\"line\" stroke-linecap=\"round\" stroke=\"\(colours[index])\" points=\"\(line.joined(separator: " "))\"/>"
          )
        }
        line = []
      }
      for point in history.points {
        if let value = point.groups[name].flatMap(panel.value) {
          line.append(place(point.seconds, value))
        } else {
          end()
        }
      }
      end()
    }
    return elements
  }

  /// The next of 1, 2 and 5 times a power of ten.
  private static func roundedUp(_ value: Double) -> Double {
    guard value > 0, value.isFinite else { return 1 }
    var power = 1.0
    while power < value { power *= 10 }
    while power / 10 >= value { power /= 10 }
    for step in [0.1, 0.2, 0.5] where step * power >= value { return step * power }
    return power
  }

  private static func tenths(_ value: Double) -> String {
    let scaled = Int((value * 10).rounded())
    return "\(scaled / 10).\(scaled % 10)"
  }

  private static func text(_ text: String, x: Int, y: Int, _ style: String, _ anchor: String = "start") -> String {
    "<text class=\"\(style)\" x=\"\(x)\" y=\"\(y)\" text-anchor=\"\(anchor)\">\(escaped(text))</text>"
  }

  /// Text for XML 1.0, which allows no control characters.
  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case _ where scalar.value < 0x20 || scalar.value == 0x7f || scalar.value == 0xfffe || scalar.value == 0xffff:
        escaped += "\u{fffd}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
