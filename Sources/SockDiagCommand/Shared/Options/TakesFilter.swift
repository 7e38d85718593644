internal import ArgumentParser

/// A subcommand whose last argument is a filter of any number of words.
protocol TakesFilter: ParsableCommand {
  var selection: SelectionOptions { get }
}
