import CHarness

/// A library of another language, in a program that looks at all sockets whenever it is told to.
///
/// So its start is not measured, and it may keep what a long-lived program would keep.
final class ServedProgram: Rival {
  let name: String
  let role = Role.other
  let pace: Int
  let runsHere = false

  private let process: harness_process

  /// - Parameter name: What is measured, as the tables show it.
  init(_ name: String, _ command: Command, pace: Int) throws {
    self.name = name
    self.pace = pace
    // SAFETY: the string lives through the call, and the callee keeps no pointer to it.
    process = unsafe harness_start(command.lines)
    guard process.pid > 0 else { throw BenchmarkError("cannot start \(command.path): \(errorText(process.pid))") }
  }

  deinit { _ = harness_finish(process) }

  func run() throws -> Int? {
    // SAFETY: the string lives through the call.
    guard unsafe harness_write(process, "look\n") == 0, let count = Int(Farm.readLine(of: process)) else {
      throw BenchmarkError("\(name) did not answer; it printed the reason above")
    }
    return count
  }
}

/// Programs of other languages. One whose language or library is not installed is left out.
struct OtherLanguages {
  private let folder: String
  private let python: String?
  private let netlink: String?

  /// - Parameter folder: Where the sources of the programs are, and the built one in Go.
  init(folder: String?) {
    self.folder = folder ?? ""
    // That of the distribution, which has its packages.
    python = folder == nil ? nil : Command.find("/usr/bin/python3") ?? Command.find("python3")
    netlink = folder.flatMap { Command.find($0 + "/with_netlink") }
  }

  /// All TCP sockets, without details.
  func dumps() throws -> [any Rival] {
    try [
      go("Go: netlink.SocketDiagTCP", []),
      script("with_psutil.py", "psutil", name: "Python: psutil, with owners", [], pace: 5),
      script("with_pyroute2.py", "pyroute2", name: "Python: pyroute2", [], pace: 15),
    ].compactMap(\.self)
  }

  /// All TCP sockets with `tcp_info`.
  func details() throws -> [any Rival] {
    try [
      go("Go: netlink.SocketDiagTCPInfo", ["info"]),
      script("with_pyroute2.py", "pyroute2", name: "Python: pyroute2", ["\(Extensions.info)"], pace: 15),
    ].compactMap(\.self)
  }

  private func go(_ name: String, _ arguments: [String]) throws -> (any Rival)? {
    guard let netlink else { return nil }
    return try ServedProgram(name, Command(path: netlink, arguments: arguments), pace: 3)
  }

  private func script(
    _ file: String, _ module: String, name: String, _ arguments: [String], pace: Int
  ) throws -> (any Rival)? {
    guard let python,
      (try? Command(path: python, arguments: ["-c", "import \(module)"]).run(countingLines: false)) != nil
    else { return nil }
    return try ServedProgram(name, Command(path: python, arguments: [folder + "/" + file] + arguments), pace: pace)
  }
}
