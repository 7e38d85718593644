internal import SockDiagWire

/// The list of what `install` made under a prefix. `uninstall` removes that, and nothing else.
struct InstallManifest: Equatable {
  /// Its path under the prefix.
  static let path = "share/sockdiag/installed"

  /// The files under the prefix, without the manifest itself.
  var files: [String] = []
  /// The folders that did not exist before, outer ones first.
  var folders: [String] = []

  init() {}

  /// Reads a manifest. Lines that lead out of the prefix are refused, because `uninstall` often runs as root.
  init(parsing text: String, name: String) throws(CommandFailure) {
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let parts = line.split(separator: "/", omittingEmptySubsequences: false)
      let names = line.hasSuffix("/") ? parts.dropLast() : parts[...]
      guard !names.isEmpty, names.allSatisfy({ !["", ".", ".."].contains($0) }) else {
        throw CommandFailure(.badData, "\(name): '\(line)' is not a path under the prefix; remove the files by hand")
      }
      if line.hasSuffix("/") { folders.append(String(line.dropLast())) } else { files.append(String(line)) }
    }
  }

  var text: String {
    let lines = ["# What 'sockdiag install' made here, for 'sockdiag uninstall'."] + folders.map { $0 + "/" } + files
    return lines.map { $0 + "\n" }.joined()
  }
}
