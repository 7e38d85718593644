internal import ArgumentParser

/// A subcommand whose last argument is a filter of any number of words.
protocol TakesFilter: ParsableCommand {}

extension Listeners: TakesFilter {}
extension List: TakesFilter {}
extension Events: TakesFilter {}
extension Destroy: TakesFilter {}
extension Record: TakesFilter {}
extension Decode: TakesFilter {}

/// Makes few arguments of a filter of many words.
///
/// The argument parser takes time that grows with the square of the number of arguments: a second for 3,000 words. A
/// filter's words are joined by blanks anyway, so most of them may be joined before.
enum FilterWords {
  /// How many words that stand together are left as they are. Before the filter, these may stand there: the subcommand,
  /// the value of an option, the name of a file.
  private static let kept = 3

  /// The same command line in fewer words. O(n).
  ///
  /// - Parameter words: The words behind the command's name.
  static func joined(_ words: [String]) -> [String] {
    let named = Sockdiag.configuration.subcommands.first { $0._commandName == words.first }
    guard words.count > kept, words.first != "help", named == nil || named is any TakesFilter.Type else { return words }
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
