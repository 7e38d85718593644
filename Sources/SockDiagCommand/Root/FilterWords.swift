/// Joins the words of a long filter into few arguments.
///
/// The time of the argument parser grows with the square of the number of arguments: a second for 3,000 words. The words of
/// a filter are joined by blanks anyway, so most of them can be joined before.
enum FilterWords {
  /// The number of words in a row that stay separate. The value of an option and the name of a file may come before
  /// the filter.
  private static let kept = 3

  /// The same command line in fewer words. O(n).
  ///
  /// - Parameter words: The words after the subcommand.
  static func joined(_ words: [String]) -> [String] {
    guard words.count > kept else { return words }
    var result: [String] = []
    var run: [String] = []
    var endsOptions = false
    func endRun() {
      result += run.prefix(kept)
      if run.count > kept { result.append(run.dropFirst(kept).joined(separator: " ")) }
      run = []
    }
    for word in words {
      if endsOptions || !word.hasPrefix("-") {
        run.append(word)
      } else {
        endRun()
        result.append(word)
        endsOptions = word == "--"
      }
    }
    endRun()
    return result
  }
}
