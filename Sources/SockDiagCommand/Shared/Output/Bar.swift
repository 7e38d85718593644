/// A small horizontal bar of block characters.
enum Bar {
  private static let eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]

  /// - Parameter most: The value of a full bar.
  static func text(_ value: Double, of most: Double, width: Int) -> String {
    guard most > 0, value > 0 else { return "" }
    // What is there is seen, however small.
    let parts = max(Int((value / most * Double(width * 8)).rounded()), 1)
    return String(repeating: "█", count: min(parts / 8, width)) + (parts / 8 < width ? eighths[parts % 8] : "")
  }
}
