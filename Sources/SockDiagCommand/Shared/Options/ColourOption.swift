internal import ArgumentParser

/// When to use colours.
enum ColourChoice: String, CaseIterable, ExpressibleByArgument {
  case auto, always, never
}

/// The option `--color`, for subcommands that use colours.
struct ColourOption: ParsableArguments {
  @Option(help: "Colours: auto, always or never. auto uses them on a terminal, unless NO_COLOR is set.")
  var color = ColourChoice.auto
}
