internal import FoundationEssentials

/// What a user has to do so that the installed command, its completions and its manual are found.
enum InstallRemarks {
  static func all(prefix: String) -> [String] {
    let environment = ProcessInfo.processInfo.environment
    return [
      path(environment["PATH"] ?? "", prefix), zsh(prefix), runtime(),
    ].compactMap(\.self)
  }

  /// That PATH lacks the folder, or finds another command first.
  static func path(_ path: String, _ prefix: String) -> String? {
    let own = prefix + "/bin"
    let folders = path.split(separator: ":").map(String.init)
    guard let position = folders.firstIndex(of: own) else {
      return "PATH lacks \(own). Add this line to ~/.profile: export PATH=\(ShellWord.quoted(own)):\"$PATH\""
    }
    let first = folders[..<position].map { $0 + "/sockdiag" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    return first.map { "PATH finds another one first: \($0). Remove that, or move \(own) to the front." }
  }

  /// zsh looks for functions only in the folders that are compiled in.
  private static func zsh(_ prefix: String) -> String? {
    let isKnown = ["/usr", "/usr/local"].contains(prefix)
    if isKnown || !FileManager.default.isExecutableFile(atPath: "/usr/bin/zsh") { return nil }
    return
      "zsh needs a line in ~/.zshrc, before compinit: fpath+=(\(ShellWord.quoted(prefix + "/share/zsh/site-functions")))"
  }

  /// That the command needs the Swift toolchain, if its libraries come from there.
  private static func runtime() -> String? {
    guard let maps = try? String(contentsOf: URL(filePath: "/proc/self/maps"), encoding: .utf8),
      let line = maps.split(separator: "\n").first(where: { $0.hasSuffix("/libswiftCore.so") }),
      let library = line.split(separator: " ").last
    else { return nil }
    return "It needs \(library). Build with --static-swift-stdlib for a command that runs without Swift."
  }
}
