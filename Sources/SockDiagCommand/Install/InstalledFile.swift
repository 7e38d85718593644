internal import ArgumentParser
internal import FoundationEssentials

/// A file that `install` puts under a prefix.
struct InstalledFile {
  /// The path under the prefix.
  var path: String
  var permissions: UInt16
  var content: [UInt8]

  /// The command, its completions and its manual pages.
  ///
  /// - Parameter prefix: `/usr` belongs to the distribution's packages, for which zsh has another folder.
  static func all(prefix: String) throws(CommandFailure) -> [InstalledFile] {
    let zsh = prefix == "/usr" ? "share/zsh/vendor-completions" : "share/zsh/site-functions"
    return [InstalledFile(path: "bin/sockdiag", permissions: 0o755, content: try ownBinary())]
      + [
        ("share/bash-completion/completions/sockdiag", CompletionShell.bash), ("\(zsh)/_sockdiag", .zsh),
        ("share/fish/vendor_completions.d/sockdiag.fish", .fish),
      ].map { text($0, CompletionScript.text(for: $1)) }
      + (try ManualPage.all()).map { text("share/man/man1/\($0.file)", $0.text) }
  }

  private static func text(_ path: String, _ text: String) -> InstalledFile {
    InstalledFile(path: path, permissions: 0o644, content: Array(text.utf8))
  }

  /// The file that this process runs, even if its path is gone.
  private static func ownBinary() throws(CommandFailure) -> [UInt8] {
    do {
      return Array(try Data(contentsOf: URL(filePath: "/proc/self/exe")))
    } catch {
      throw CommandFailure(.noInput, "cannot read /proc/self/exe, which is this command; mount /proc")
    }
  }
}
