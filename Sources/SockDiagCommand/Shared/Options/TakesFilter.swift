internal import ArgumentParser

/// A subcommand that enters the namespace of `--netns` itself, because it has an answer where that is forbidden.
protocol EntersItself: ParsableCommand {}

/// A subcommand whose last argument is a filter of any number of words.
protocol TakesFilter: ParsableCommand {
  var selection: SelectionOptions { get }
}
