import BindDiagnosis
import SocketLaboratory
import SocketLaboratoryKit

/// The kernel's answers to the calls of a program.
struct KernelAnswer: CustomStringConvertible {
  /// The call and its error, or 0, in order.
  private var calls: [(name: String, errno: Int32)]

  init(_ result: CommandResult) throws {
    calls = result.outputText.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard words.count == 2, let errno = Int32(words[1]) else { return nil }
      return (String(words[0]), errno)
    }
    guard result.status == 0, !calls.isEmpty else { throw Failure(text: "\(result.status) \(result.errorText)") }
  }

  struct Failure: Error {
    var text: String
  }

  /// The error of the first call that failed, or `nil`.
  var error: String? { calls.first { $0.errno != 0 }.map { Self.name($0.errno) } }

  /// Whether there was no socket to bind.
  var failedAtSocket: Bool { calls.first.map { $0.name == "socket" && $0.errno != 0 } ?? false }

  /// `succeeds` or the name of the error; `nil` if the call was not made. If the socket cannot be made, it cannot be
  /// bound.
  subscript(call: String) -> String? {
    let names = call == "bind" ? ["bind", "socket"] : [call]
    return calls.first { names.contains($0.name) }.map { $0.errno == 0 ? "succeeds" : Self.name($0.errno) }
  }

  private static func name(_ errno: Int32) -> String { "\(BindErrno(rawValue: errno))" }

  var description: String {
    calls.map { "\($0.name) \($0.errno == 0 ? "OK" : Self.name($0.errno))" }.joined(separator: ", ")
  }
}
