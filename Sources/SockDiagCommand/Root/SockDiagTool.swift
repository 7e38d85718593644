internal import ArgumentParser
internal import SockDiag
internal import SockDiagWire

/// The command `sockdiag`, from the words of the command line to the exit status.
enum SockDiagTool {
  /// Runs the command.
  ///
  /// - Parameters:
  ///   - count: The number of words.
  ///   - words: The words as `main()` gets them, the name of the command first. They have to live as long as the call.
  /// - Returns: The exit status, see ``ExitStatus``. An error message is on standard error already.
  static func run(_ count: Int32, _ words: UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    Descriptors.fillClosedStandardStreams()
    var arguments: [String] = []
    do {
      // SAFETY: the caller vouches for the count and the strings.
      arguments = try unsafe Self.arguments(count, words)
      switch try parse(arguments) {
      case .command(var command, let namespace):
        // Names in filters are those of the namespace, so it is entered before anything is looked up.
        if let namespace, !(command is Decode), !(command is any EntersItself) { try namespace.enter() }
        try command.run()
      case .page(let text): return show(text)
      }
      return ExitStatus.success.rawValue
    } catch let exit as ExitCode {
      return exit.rawValue
    } catch {
      return end(error, arguments)
    }
  }

  /// The words after the name of the command, unchanged.
  ///
  /// The standard library would replace bytes that are not UTF-8, and the command would read or overwrite another file.
  private static func arguments(
    _ count: Int32, _ words: UnsafePointer<UnsafeMutablePointer<CChar>?>
  ) throws(CommandFailure) -> [String] {
    var arguments: [String] = []
    for index in 1..<max(Int(count), 1) {
      // SAFETY: there are as many strings as the count says, for as long as the process lives.
      guard let bytes = unsafe words[index] else { break }
      guard let word = unsafe String(validatingCString: bytes) else {
        throw .usage(
          "argument \(index), '\(unsafe String(cString: bytes))', is not UTF-8; give names in UTF-8; for a file, make a"
            + " link whose name is UTF-8")
      }
      arguments.append(word)
    }
    return arguments
  }

  /// What a command line asks for.
  enum Parsed {
    /// A command to run, in a network namespace if it has the option for one.
    case command(any ParsableCommand, in: NamespaceOption?)
    /// A text for standard output: help or the version.
    case page(String)
  }

  /// The subcommand that the words name, with its options. `sockdiag` alone is ``Listeners``.
  static func parse(_ arguments: [String]) throws -> Parsed {
    switch try CommandChoice(arguments) {
    case .version: return .page(Sockdiag.version)
    case .help(let subcommand): return .page(HelpPage.text(of: subcommand))
    case .completion(let words):
      do { return .command(try Sockdiag.parseAsRoot(words), in: nil) } catch {
        // The parser throws the answer too. An error would be offered as a word to complete.
        if Sockdiag.exitCode(for: error) == .success { return .page(Sockdiag.fullMessage(for: error)) }
        throw CommandFailure.usage("this is no request of a completion script; see 'sockdiag --help'")
      }
    case .subcommand(let subcommand, let words): return try parse(words, of: subcommand)
    }
  }

  private static func parse(_ words: [String], of subcommand: Subcommand) throws -> Parsed {
    guard let command = try subcommand.quick?(words) ?? parseSlowly(words, of: subcommand) else {
      return .page(HelpPage.text(of: subcommand))
    }
    if let selection = subcommand.selection?(command) {
      try UsageFault.check(selection.filter, of: subcommand, words)
      return .command(command, in: selection.namespace)
    }
    return .command(command, in: nil)
  }

  /// - Returns: `nil` if a word asks for the help.
  private static func parseSlowly(_ words: [String], of subcommand: Subcommand) throws -> (any ParsableCommand)? {
    let joined = subcommand.selection == nil ? words : FilterWords.joined(words)
    do {
      let command = try subcommand.type.parseAsRoot(joined)
      // The parser returns a command of its own if a word asks for the help.
      return type(of: command) == subcommand.type ? command : nil
    } catch {
      // As in ss, these win over a mistake.
      if words.contains("--version") || words.contains("-V") { throw CleanExit.message(Sockdiag.version) }
      throw UsageFault.refused(error, subcommand, words)
    }
  }

  private static func end(_ error: any Error, _ arguments: [String]) -> Int32 {
    if let fault = error as? UsageFault { return report(fault.failure) }
    // A command answers with a text instead of sockets: its version, or what an option can be.
    if error is CleanExit { return show(Sockdiag.fullMessage(for: error)) }
    var failure = CommandFailure(error)
    if let correction = failure.correction {
      failure.message = correction.message(failure.message, for: arguments)
    }
    return report(failure)
  }

  private static func show(_ text: String) -> Int32 {
    var output = ByteOutput()
    output.bytes.append(contentsOf: (text + "\n").utf8)
    do throws(CommandFailure) { try output.flush() } catch { return report(error) }
    return ExitStatus.success.rawValue
  }

  private static func report(_ failure: CommandFailure) -> Int32 {
    Diagnostics.report(failure.message)
    for line in failure.excerpt { Diagnostics.show(line) }
    return failure.status.rawValue
  }
}
