internal import ArgumentParser
internal import SockDiagWire

/// The command `sockdiag`.
enum SockDiagTool {
  /// Runs the command with the words of a command line, of which the first is the command's name.
  ///
  /// - Parameters:
  ///   - count: How many words there are.
  ///   - words: The words, as `main()` gets them. They have to live as long as the call.
  /// - Returns: The exit status, see ``ExitStatus``. What went wrong stands on standard error already.
  static func run(_ count: Int32, _ words: UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    Descriptors.fillClosedStandardStreams()
    do {
      // SAFETY: the caller vouches for the count and the strings.
      let arguments = FilterWords.joined(try unsafe Self.arguments(count, words))
      try checkHelp(arguments)
      var command = try Sockdiag.parseAsRoot(arguments)
      try command.run()
      return ExitStatus.success.rawValue
    } catch let exit as ExitCode {
      return exit.rawValue
    } catch {
      return end(error)
    }
  }

  /// The words behind the command's name, unchanged. The standard library would replace bytes that are no UTF-8, and a
  /// file of another name would be read or overwritten.
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

  /// The parser takes any word behind `help` and shows the help of something else.
  private static func checkHelp(_ arguments: [String]) throws(CommandFailure) {
    guard arguments.first == "help" else { return }
    let names = Sockdiag.configuration.subcommands.compactMap { $0.configuration.commandName ?? "\($0)".lowercased() }
    let words = arguments.dropFirst().filter { !$0.hasPrefix("-") }
    guard let unknown = words.first(where: { $0 != "help" && !names.contains($0) }) ?? words.dropFirst().first else {
      return
    }
    let cure = NearestNames.cure(for: unknown, among: names, otherwise: "there are \(names.joined(separator: ", "))")
    throw .usage("'\(unknown)' is not a subcommand; \(cure)")
  }

  private static func end(_ error: any Error) -> Int32 {
    if let failure = error as? CommandFailure { return report(failure) }
    switch Sockdiag.exitCode(for: error) {
    // Help and version come as errors too.
    case .success: return show(Sockdiag.fullMessage(for: error))
    case .validationFailure: return report(UsageMessage.failure(for: error))
    default: return report(CommandFailure(error))
    }
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
