/// The widths of a table's columns.
struct TableLayout {
  var widths: [Int]
  /// One value for each column: `true` if the column is shown.
  var isShown: [Bool]
  /// The blanks between two columns.
  var gap = 2
  /// The last column that is shown.
  var last: Int

  /// A layout that shows every cell whole.
  init(_ widths: [Int]) {
    self.widths = widths
    isShown = [Bool](repeating: true, count: widths.count)
    last = widths.count - 1
  }

  /// The columns of a line.
  var total: Int {
    var total = -gap
    for index in widths.indices where isShown[index] { total += widths[index] + gap }
    return total
  }

  /// Makes the table fit into a terminal.
  ///
  /// Lists of processes and paths give way first: a part of them usually suffices. Then columns that say nothing in these
  /// rows, then addresses, down to the longest IPv4 address with its port, and only then anything that people
  /// look for.
  ///
  /// - Parameter isSilent: For each column, whether it says nothing.
  mutating func fit(_ columns: [TablePage.Column], into limit: Int, isSilent: [Bool]) {
    shrink(columns, [.text, .list], to: 32, limit)
    if total > limit { gap = 1 }
    leaveOut(columns, limit) { isSilent[$0] }
    shrink(columns, [.text, .list], to: 22, limit)
    shrink(columns, [.address], to: 21, limit)
    shrink(columns, [.text, .list], to: 12, limit)
    shrink(columns, [.address], to: 15, limit)
    shrink(columns, [.word], to: 8, limit)
    leaveOut(columns, limit) { _ in true }
    // A port has up to six bytes with its colon.
    shrink(columns, [.address], to: 8, limit)
    shrink(columns, [.text, .list], to: 1, limit)
    shrink(columns, [.word, .none], to: 1, limit)
    last = isShown.lastIndex(of: true) ?? widths.count - 1
  }

  /// Narrows the columns of some kinds, always the widest, until the table fits or all have the least width.
  private mutating func shrink(
    _ columns: [TablePage.Column], _ kinds: Set<TablePage.Yielding>, to floor: Int, _ limit: Int
  ) {
    var excess = total - limit
    while excess > 0 {
      let candidates = widths.indices.filter {
        isShown[$0] && kinds.contains(columns[$0].yielding) && widths[$0] > floor
      }
      guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { return }
      // Down to the next widest at once: an argument list may have 100,000 bytes.
      let next = candidates.filter { widths[$0] < widths[widest] }.map { widths[$0] }.max() ?? floor
      let step = candidates.count { widths[$0] == widths[widest] } > 1 ? 1 : min(excess, widths[widest] - next)
      widths[widest] -= max(step, 1)
      excess = total - limit
    }
  }

  /// Leaves out columns until the table fits, those of the highest rank first.
  private mutating func leaveOut(_ columns: [TablePage.Column], _ limit: Int, where mayGo: (Int) -> Bool) {
    while total > limit {
      let candidates = columns.indices.filter { isShown[$0] && columns[$0].rank > 0 && mayGo($0) }
      guard let next = candidates.max(by: { columns[$0].rank < columns[$1].rank }) else { return }
      isShown[next] = false
    }
  }
}
