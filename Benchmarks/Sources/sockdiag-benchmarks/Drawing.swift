/// SVG elements. The style has its own background and both palettes, so the chart is readable on pages of either theme.
struct Drawing {
  private(set) var elements: [String] = []

  mutating func text(_ content: String, x: Int, y: Int, style: String) {
    elements.append("<text class=\"\(style)\" x=\"\(x)\" y=\"\(y)\">\(Self.escape(content))</text>")
  }

  /// A time, and after it, in a lighter style, the ratio.
  mutating func figures(_ time: String, _ ratio: String, x: Int, y: Int) {
    let quiet = ratio.isEmpty ? "" : "<tspan class=\"caption\" dx=\"8\">\(Self.escape(ratio))</tspan>"
    elements.append("<text class=\"time\" x=\"\(x)\" y=\"\(y)\">\(Self.escape(time))\(quiet)</text>")
  }

  mutating func bar(x: Int, y: Int, width: Int, height: Int, role: Role) {
    let radius = min(3, width / 2)
    elements.append(
      "<rect class=\"\(role.rawValue)-bar\" x=\"\(x)\" y=\"\(y)\" width=\"\(width)\" height=\"\(height)\" rx=\"\(radius)\"/>"
    )
  }

  /// A bar with a gap before its end: it is longer than drawn.
  mutating func cutBar(x: Int, y: Int, width: Int, height: Int, role: Role) {
    let end = 6
    bar(x: x, y: y, width: width - 2 * end, height: height, role: role)
    bar(x: x + width - end, y: y, width: end, height: height, role: role)
  }

  mutating func line(from: Int, to: Int, y: Int) {
    elements.append("<line class=\"rule\" x1=\"\(from)\" y1=\"\(y)\" x2=\"\(to)\" y2=\"\(y)\"/>")
  }

  mutating func axis(x: Int, from: Int, to: Int) {
    elements.append("<line class=\"rule\" x1=\"\(x)\" y1=\"\(from)\" x2=\"\(x)\" y2=\"\(to)\"/>")
  }

  static func escape(_ text: String) -> String {
    text.map { character in
      switch character {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "\"": "&quot;"
      default: String(character)
      }
    }.joined()
  }

  static let style = """
    <style>
    text { font-family: -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", Helvetica, Arial, sans-serif; fill: #1f2328; }
    .heading { font-size: 20px; font-weight: 600; }
    .title { font-size: 14.5px; font-weight: 600; }
    .label { font-size: 13px; }
    .ours { font-weight: 600; }
    .time { font-size: 13px; font-weight: 600; }
    .caption { font-size: 12.5px; font-weight: 400; fill: #59636e; }
    .end { text-anchor: end; }
    .card { fill: #ffffff; stroke: #d1d9e0; }
    .rule { stroke: #d1d9e0; }
    .ours-bar { fill: #f05138; }
    .floor-bar { fill: #818b98; }
    .other-bar { fill: #6ba3e8; }
    @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .caption { fill: #9198a1; }
    .card { fill: #0d1117; stroke: #3d444d; }
    .rule { stroke: #3d444d; }
    .ours-bar { fill: #ff6a4d; }
    .floor-bar { fill: #8b949e; }
    .other-bar { fill: #4184d6; }
    }
    </style>
    """
}
