import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// `why --run` of a program that blocks itself.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct OwnSocketTests {
  private static let preparing = "import socket; a = socket.socket(); a.bind(('127.0.0.1', 8080)); a.listen()\n"
  private static let binding = "b = socket.socket(); b.bind(('127.0.0.1', 8080)); b.listen()\n"

  private func run(_ script: String, options: [String] = []) async throws -> CommandResult {
    let why = try Tool.unfoldedWhy
    return try await Laboratory.withNew { laboratory in
      try laboratory.namespace.run(why + options + ["--run", "/usr/bin/python3", "-c", script])
    }
  }

  @Test func ownSocketIsNamedAndNoSignalIsOffered() async throws {
    let result = try await run(Self.preparing + "print(a.fileno(), flush=True)\n" + Self.binding)
    let descriptor = result.outputText.prefix { $0.isNumber }
    let text = result.errorText.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(text.contains("The same process bound it before, as fd \(descriptor)."), "\(text)")
    #expect(text.contains("The program already has the port, by its descriptor \(descriptor). "), "\(text)")
    #expect(!text.contains("kill") && !text.contains("End the process"), "\(text)")
  }

  @Test(arguments: ["a.close()\n", "a.close(); a = None\n"]) func closingTheOwnSocketFirstHelps(_ remedy: String)
    async throws
  {
    let result = try await run(Self.preparing + remedy + Self.binding)
    #expect(result.status == 0 && result.errorText == "")
  }

  /// A child that inherited the socket holds the port as well.
  @Test func otherHolderIsStillEnded() async throws {
    let script =
      Self.preparing + "import os, subprocess\n"
      + "c = subprocess.Popen(['sleep', '60'], close_fds=False, pass_fds=[a.fileno()])\n"
      + "print(c.pid, flush=True)\ntry:\n  " + Self.binding.replacing("\n", with: "")
      + "\nexcept OSError: pass\nfinally: c.kill(); c.wait()\n"
    let result = try await run(script, options: ["--json"])
    let line = try #require(result.errorText.split(separator: "\n").first { $0.contains("\"call\"") })
    let remedies =
      try JSONValue(parsing: line.utf8)["why"]?["diagnoses"]?.elements.first?["remedies"]?.elements ?? []
    #expect(
      remedies.compactMap { $0["kind"] }.filter {
        [.string("reuse-own-socket"), .string("end-processes")].contains($0)
      }
        == [.string("reuse-own-socket"), .string("end-processes")])
    let child = result.outputText.split(separator: "\n").first.map(String.init) ?? "none"
    let commands = remedies.first { $0["kind"] == .string("end-processes") }?["commands"]?.elements
    #expect(commands == [.string("kill \(child)")], "\(result.errorText)")
  }
}
