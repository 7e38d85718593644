extension TablePage {
  /// Appends a row of texts, for tables of few rows. Control characters in them become visible.
  mutating func row(_ cells: [String]) {
    for text in cells { cell(text: text) }
    endRow { _ in }
  }
}
