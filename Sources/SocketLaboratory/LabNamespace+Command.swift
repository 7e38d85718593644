internal import CSocketLaboratory

/// The exit code and the output of a program that has ended.
public struct CommandResult: Sendable {
  /// The exit code, or 128 plus the signal that ended the program.
  public var status: Int32
  /// All bytes that the program wrote to standard output.
  public var output: [UInt8]
  /// All bytes that the program wrote to standard error.
  public var errors: [UInt8]

  /// Creates a result.
  package init(status: Int32, output: [UInt8], errors: [UInt8]) {
    (self.status, self.output, self.errors) = (status, output, errors)
  }

  /// Standard output as text.
  public var outputText: String { String(decoding: output, as: UTF8.self) }
  /// Standard error as text.
  public var errorText: String { String(decoding: errors, as: UTF8.self) }
}

extension LabNamespace {
  /// Runs a program in the namespace and waits for its end.
  ///
  /// A child inherits the namespace of the thread that forks it, so call this on the namespace's own thread. The
  /// standard streams are files in memory and not pipes, so a program can write any amount of output without a reader.
  ///
  /// - Parameters:
  ///   - arguments: The program, looked up in `PATH`, and its arguments.
  ///   - input: The contents of standard input.
  ///   - timeout: The time after which the program is killed and an error is thrown. It is there for programs that hang: on
  ///     a busy host a script of a few commands takes a minute under a sanitizer.
  /// - Throws: ``LaboratoryError``. An exit code other than 0 is a result, not an error.
  public func run(
    _ arguments: [String],
    input: [UInt8] = [],
    timeout: Duration = .seconds(180)
  ) throws -> CommandResult {
    let name = arguments.first ?? "nothing"
    let files = try [input, [], []].map { LabSocket(owning: try FileSystem.memoryFile($0)) }
    let status = try run(arguments, on: files, timeout: timeout)
    let streams = try files[1...].map { file in try Self.content(of: file, name) }
    return CommandResult(status: status, output: streams[0], errors: streams[1])
  }

  /// Reads the file that was a standard stream of a program.
  package static func content(of file: LabSocket, _ name: String) throws -> [UInt8] {
    try check(socklab_rewind(file.descriptor), "rewind the output of \(name)")
    return try FileSystem.readAll(file.descriptor, "the output of \(name)")
  }

  /// Runs a program with three standard streams and returns its exit code.
  package func run(_ arguments: [String], on files: [LabSocket], timeout: Duration) throws -> Int32 {
    try requireOwnThread()
    let name = arguments.first ?? "nothing"
    let block = arguments.flatMap { (argument: String) -> [UInt8] in Array(argument.utf8) + [0] }
    // SAFETY: the block holds `arguments.count` NUL-terminated strings and outlives the call.
    let process = unsafe block.withUnsafeBufferPointer { bytes in
      unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
        unsafe socklab_spawn(
          characters.baseAddress,
          Int32(arguments.count),
          files[0].descriptor,
          files[1].descriptor,
          files[2].descriptor
        )
      }
    }
    try check(process, "start \(name)")
    let outcome = socklab_wait(process, timeout.wholeMilliseconds)
    try check(outcome.error, "wait for \(name)")
    guard !outcome.timed_out else { throw LaboratoryError(.timeout, "\(name) did not end within \(timeout)") }
    return outcome.code
  }

  /// Throws an error on any other thread, which would work in the host's namespace.
  package func requireOwnThread() throws {
    guard socklab_thread_id() == threadID else {
      throw LaboratoryError(.misuse, "a network namespace was used outside its own thread")
    }
  }
}
