internal import ArgumentParser
internal import SockDiagWire

/// `sockdiag uninstall`: removes what `install` made.
struct Uninstall: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Removes what 'sockdiag install' made, and nothing else.",
    discussion: """
      EXAMPLES
        sudo sockdiag uninstall                  from /usr/local
        sockdiag uninstall --prefix ~/.local     from your home directory

      It removes the files of the list in PREFIX/share/sockdiag, and the folders that 'install' made if they are empty.
      """)

  @OptionGroup var place: PrefixOptions

  func run() throws {
    let folder = try place.folder()
    guard let manifest = try folder.manifest() else {
      throw CommandFailure(
        .noInput,
        "there is no \(folder.path(InstallManifest.path)), so 'sockdiag install' did not install here; give the --prefix that"
          + " was used, or remove the package, as with 'apt remove sockdiag'")
    }
    var count = 0
    for file in manifest.files where try folder.removeFile(file) { count += 1 }
    // Last, so that an interrupted removal can be repeated.
    try folder.removeFile(InstallManifest.path)
    for made in manifest.folders.reversed() { folder.removeFolder(made) }
    var output = ByteOutput()
    output.appendLine("Removed \(count.counted("file")) from \(folder.root).")
    try output.flush()
  }
}
