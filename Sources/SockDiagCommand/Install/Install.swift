internal import ArgumentParser
internal import FoundationEssentials
internal import SockDiagWire

/// `sockdiag install`: puts this command, its completions and its manual under a prefix.
struct Install: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Installs this command, its completions and its manual pages.",
    discussion: """
      EXAMPLES
        sudo sockdiag install                    for everybody, in /usr/local
        sockdiag install --prefix ~/.local       for yourself, without root
        sudo sockdiag uninstall                  takes all of it away again

      It copies the command that runs to PREFIX/bin, and makes completions for bash, zsh and fish and a manual page for each \
      subcommand. A list of the files stays in PREFIX/share/sockdiag. A newer version replaces these files; other files \
      are never overwritten.
      """)

  @OptionGroup var place: PrefixOptions

  func run() throws {
    let folder = try place.folder()
    let files = try InstalledFile.all(prefix: try place.absolutePrefix())
    let old = try folder.manifest() ?? InstallManifest()
    let foreign = files.map(\.path).filter { folder.exists($0) && !old.files.contains($0) }
    if let first = foreign.first {
      let others = foreign.count > 1 ? " and \((foreign.count - 1).counted("other file"))" : ""
      throw CommandFailure(
        .cannotCreate,
        "\(folder.path(first))\(others) exists and does not come from 'sockdiag install'; remove it, or give another --prefix"
      )
    }
    try write(files, to: folder, after: old)
    try report(files, folder)
  }

  private func write(_ files: [InstalledFile], to folder: InstallFolder, after old: InstallManifest) throws {
    var manifest = old
    for path in files.map(\.path) where !old.files.contains(path) { manifest.files.append(path) }
    for path in [InstallManifest.path] + files.map(\.path) {
      for made in try folder.makeFolders(for: path) where !manifest.folders.contains(made) {
        manifest.folders.append(made)
      }
    }
    // Before the files, so that an installation that is cut short can be removed.
    try write(manifest, to: folder)
    for file in files { try folder.write(file.content, to: file.path, permissions: file.permissions) }
    let obsolete = manifest.files.filter { path in !files.contains { $0.path == path } }
    for path in obsolete { try folder.removeFile(path) }
    manifest.files.removeAll(where: obsolete.contains)
    try write(manifest, to: folder)
  }

  private func write(_ manifest: InstallManifest, to folder: InstallFolder) throws(CommandFailure) {
    try folder.write(Array(manifest.text.utf8), to: InstallManifest.path, permissions: 0o644)
  }

  private func report(_ files: [InstalledFile], _ folder: InstallFolder) throws {
    var prose = Prose(.standardOutput())
    let pages = files.count { $0.path.contains("/man/") }
    prose.line(
      "Installed sockdiag \(Sockdiag.version) in \(folder.root): the command, completions for bash, zsh and fish, and"
        + " \(pages.counted("manual page")).")
    prose.line("To remove it: sockdiag uninstall\(removalOptions)")
    // A package is used elsewhere.
    if place.stage == nil {
      for remark in InstallRemarks.all(prefix: try place.absolutePrefix()) { prose.line(remark) }
    }
    var output = ByteOutput()
    output.bytes += prose.bytes
    try output.flush()
  }

  private var removalOptions: String {
    var words: [String] = []
    if let prefix = try? place.absolutePrefix(), prefix != "/usr/local" { words += ["--prefix", prefix] }
    if let stage = place.stage { words += ["--destdir", stage] }
    return words.map { " " + ShellWord.quoted($0) }.joined()
  }
}
