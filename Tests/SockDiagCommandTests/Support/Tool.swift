import FoundationEssentials
import Glibc
import SocketLaboratory
import SocketLaboratoryKit

/// The built command, as a user runs it.
struct Tool {
  struct Result {
    var status: Int32
    var output: [UInt8]
    var errors: String
    var text: String { String(decoding: output, as: UTF8.self) }
  }

  static var path: String { get throws { try program("sockdiag") } }

  /// The words that run the command with lines that nothing folds, so that a test finds whole sentences.
  static var unfolded: [String] { get throws { ["env", "COLUMNS=1000", try path] } }

  /// The words that run `why -v` with lines that nothing folds.
  static var unfoldedWhy: [String] { get throws { try unfolded + ["why", "-v"] } }

  /// The words that run a command as a user without privileges.
  static let asNobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]

  /// A program of this package. The test bundle lies beside it.
  static func program(_ name: String) throws -> String {
    let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let path = bundle.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/" + name
    guard FileManager.default.isExecutableFile(atPath: path) else { throw Failure(what: "\(path) is not built") }
    return path
  }

  struct Failure: Error, CustomStringConvertible {
    var what: String
    var description: String { what }
  }

  /// Runs the command to its end.
  ///
  /// - Parameters:
  ///   - input: The file that is standard input.
  ///   - output: The file that takes standard output, which is then not read.
  static func run(_ arguments: [String], input: String = "/dev/null", output: String? = nil) throws -> Result {
    try run([try path] + arguments, input, output)
  }

  /// Runs a script in which the command is `$0`, where it matters what a shell does to its streams.
  static func shell(_ script: String) throws -> Result {
    try run(["/bin/sh", "-c", script, try path], "/dev/null", nil)
  }

  static func run(_ words: [String], _ input: String, _ output: String?) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.path + "/sockdiag-\(UInt64.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let status = try spawn(
      words, [input, output ?? folder + "/output", folder + "/errors"])
    return Result(
      status: status, output: output == nil ? try Array(Data(contentsOf: URL(filePath: folder + "/output"))) : [],
      errors: String(decoding: try Data(contentsOf: URL(filePath: folder + "/errors")), as: UTF8.self))
  }

  private static func spawn(_ words: [String], _ streams: [String]) throws -> Int32 {
    // SAFETY: an empty structure, filled by the next call.
    var actions = unsafe posix_spawn_file_actions_t()
    // SAFETY: the structure is initialized here, used by one call below and destroyed when this function ends.
    unsafe posix_spawn_file_actions_init(&actions)
    // SAFETY: as above.
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    for (descriptor, path) in streams.enumerated() {
      let flags = descriptor == 0 ? O_RDONLY : O_WRONLY | O_CREAT | O_TRUNC
      // SAFETY: the path is copied.
      unsafe posix_spawn_file_actions_addopen(&actions, Int32(descriptor), path, flags, 0o600)
    }
    // SAFETY: as above.
    unsafe ProcessStarts.close(from: Int32(streams.count), beforeExecBy: &actions)
    var process = pid_t()
    // A test of the command is one in the environment that scripts run it in.
    // SAFETY: all pointers live through the call.
    let failure = unsafe withCStrings(words) { arguments in
      unsafe withCStrings(["PATH=/usr/bin:/bin", "TERM=xterm"]) { environment in
        ProcessStarts.announced { unsafe posix_spawn(&process, words[0], &actions, nil, arguments, environment) }
      }
    }
    guard failure == 0 else { throw Failure(what: "\(words[0]): errno \(failure)") }
    var status: Int32 = 0
    // SAFETY: the call writes the one number.
    while unsafe waitpid(process, &status, 0) < 0 {
      guard errno == EINTR else { throw Failure(what: "wait: errno \(errno)") }
    }
    return status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
  }
}
