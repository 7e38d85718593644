internal import CSocketLaboratory
internal import CSocketLaboratoryKit
public import SocketLaboratory

extension LabNamespace {
  /// Runs a program at a terminal and waits for its end. Standard input and standard error are the terminal.
  ///
  /// - Parameters:
  ///   - arguments: The program, looked up in `PATH`, and its arguments.
  ///   - text: The text that is typed.
  ///   - timeout: The time after which the program is killed and an error is thrown. It is there for programs that hang: on
  ///     a busy host a script of a few commands takes a minute under a sanitizer.
  /// - Returns: The result. Its `errors` are the text that the terminal showed, at most a few KiB.
  public func run(
    _ arguments: [String],
    typing text: String,
    timeout: Duration = .seconds(180)
  ) throws -> CommandResult {
    let name = arguments.first ?? "nothing"
    let terminal = socklab_terminal_open()
    try check(terminal.error, "open a terminal")
    let (own, program) = (LabSocket(owning: terminal.own), LabSocket(owning: terminal.program))
    let output = LabSocket(owning: try FileSystem.memoryFile())
    // SAFETY: the kernel reads the bytes of the array during the call.
    let typed = unsafe Array(text.utf8).withUnsafeBytes { bytes in
      unsafe socklab_write(own.descriptor, bytes.baseAddress, bytes.count)
    }
    try check(typed, "type for \(name)")
    let status = try run(arguments, on: [program, output, program], timeout: timeout)
    program.close()
    return CommandResult(
      status: status, output: try Self.content(of: output, name), errors: try Self.contentOfTerminal(own.descriptor))
  }

  /// Reads what programs wrote to a terminal, after all of them have closed it.
  private static func contentOfTerminal(_ descriptor: Int32) throws -> [UInt8] {
    // SAFETY: the kernel writes at most `bytes.count` bytes into a buffer that outlives the call.
    try unsafe FileSystem.readAll("the terminal") { bytes in
      unsafe socklab_terminal_read(descriptor, bytes.baseAddress, bytes.count)
    }
  }
}
