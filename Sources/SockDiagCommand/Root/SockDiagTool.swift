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
    do {
      // SAFETY: the caller vouches for the count and the strings.
      let arguments = try unsafe Self.arguments(count, words)
      switch try parse(arguments) {
      case .command(var command): try command.run()
      case .page(let text): return show(text)
      }
      return ExitStatus.success.rawValue
    } catch let exit as ExitCode {
      return exit.rawValue
    } catch {
      return end(error)
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
          "argument \(index), '\(unsafe String(cString: bytes))', is not UTF-8; give names in UTF-8, of a file through"
            + " a link to it")
      }
      arguments.append(word)
    }
    return arguments
  }

  /// What a command line asks for.
  enum Parsed {
    case command(any ParsableCommand)
    /// A text for standard output: help or the version.
    case page(String)
  }

  /// The subcommand that the words name, with its options. `sockdiag` alone is ``Listeners``.
  static func parse(_ arguments: [String]) throws -> Parsed {
    switch try CommandChoice(arguments) {
    case .version: return .page(Sockdiag.version)
    case .help(let subcommand): return .page(HelpPage.text(of: subcommand))
    case .completion(let words):
      do { return .command(try Sockdiag.parseAsRoot(words)) } catch { return .page(Sockdiag.fullMessage(for: error)) }
    case .subcommand(let subcommand, let words): return try parse(words, of: subcommand)
    }
  }

  private static func parse(_ words: [String], of subcommand: Subcommand) throws -> Parsed {
    let joined = subcommand.type is any TakesFilter.Type ? FilterWords.joined(words) : words
    let command: any ParsableCommand
    do { command = try subcommand.type.parseAsRoot(joined) } catch {
      // As in ss, these win over anything else.
      if words.contains("--version") || words.contains("-V") { return .page(Sockdiag.version) }
      throw UsageFault.refused(error, subcommand, words)
    }
    // The parser returns a command of its own if a word asks for the help.
    guard type(of: command) == subcommand.type else { return .page(HelpPage.text(of: subcommand)) }
    if let taker = command as? any TakesFilter { try UsageFault.check(taker.selection.filter, of: subcommand, words) }
    return .command(command)
  }

  private static func end(_ error: any Error) -> Int32 {
    if let fault = error as? UsageFault { return report(fault.failure) }
    return report(CommandFailure(error))
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
