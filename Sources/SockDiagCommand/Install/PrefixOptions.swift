internal import ArgumentParser
internal import FoundationEssentials

/// The options that say where `install` and `uninstall` work.
struct PrefixOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The folder that gets bin and share.", valueName: "folder"), completion: .directory)
  var prefix = "/usr/local"

  @Option(
    help: ArgumentHelp(
      "A folder in front of the prefix, for packages; by default the environment's DESTDIR.", valueName: "folder"),
    completion: .directory)
  var destdir: String?

  /// The prefix as an absolute path.
  func absolutePrefix() throws(CommandFailure) -> String { try Self.absolute(prefix, option: "--prefix") }

  /// The folder to work in.
  func folder() throws(CommandFailure) -> InstallFolder {
    let prefix = try absolutePrefix()
    guard let stage else { return InstallFolder(root: prefix) }
    return InstallFolder(root: try Self.absolute(stage, option: "--destdir") + prefix)
  }

  /// The folder in front of the prefix; `nil` if the files go to where they are used.
  var stage: String? {
    let stage = destdir ?? ProcessInfo.processInfo.environment["DESTDIR"] ?? ""
    return stage.isEmpty ? nil : stage
  }

  /// The path without a slash at its end. A shell leaves the tilde of `--prefix=~/.local` alone.
  private static func absolute(_ text: String, option: String) throws(CommandFailure) -> String {
    var path = text
    if path == "~" || path.hasPrefix("~/"), let home = ProcessInfo.processInfo.environment["HOME"] {
      path = home + path.dropFirst()
    }
    if !path.hasPrefix("/"), !path.isEmpty {
      path = FileManager.default.currentDirectoryPath + "/" + path
    }
    let parts = path.split(separator: "/").filter { $0 != "." }
    guard !parts.isEmpty, !parts.contains("..") else {
      throw .usage("\(option): '\(text)' is not a folder to install in; give a path such as /usr/local or ~/.local")
    }
    return "/" + parts.joined(separator: "/")
  }
}
