import FoundationEssentials
import Testing

@testable import SockDiagCommand

/// `install` and `uninstall`, in temporary folders.
@Suite struct InstallTests {
  private static func install(_ prefix: String, _ words: [String] = []) throws -> Tool.Result {
    try Tool.run(["install", "--prefix", prefix] + words)
  }

  @Test func installedCommandRunsAndUninstallTakesExactlyItsFiles() async throws {
    try await TemporaryFolder.with { folder in
      // Something that was there before.
      let own = folder + "/share/man/man1"
      try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: true)
      try Data("mine".utf8).write(to: URL(filePath: own + "/other.1"))
      let result = try Self.install(folder)
      #expect(result.status == 0 && result.errors == "")
      #expect(result.text.contains("Installed sockdiag \(Sockdiag.version)") && result.text.contains("PATH lacks"))
      let files = try TemporaryFolder.files(below: folder)
      for file in [
        "bin/sockdiag", "share/bash-completion/completions/sockdiag", "share/zsh/site-functions/_sockdiag",
        "share/fish/vendor_completions.d/sockdiag.fish", "share/man/man1/sockdiag.1", "share/man/man1/sockdiag-why.1",
        "share/sockdiag/installed",
      ] { #expect(files.contains(file), "\(file)") }
      let removal = try Shells.run([folder + "/bin/sockdiag", "uninstall", "--prefix", folder])
      #expect(removal.text == "Removed \(files.count - 2) files from \(folder).\n", "\(removal.errors)")
      #expect(try TemporaryFolder.files(below: folder) == ["share/man/man1/other.1"])
      #expect(
        try FileManager.default.subpathsOfDirectory(atPath: folder).sorted() == [
          "share", "share/man", "share/man/man1", "share/man/man1/other.1",
        ])
    }
  }

  @Test func foreignFileIsNotOverwritten() async throws {
    try await TemporaryFolder.with { folder in
      try FileManager.default.createDirectory(atPath: folder + "/bin", withIntermediateDirectories: true)
      try Data("mine".utf8).write(to: URL(filePath: folder + "/bin/sockdiag"))
      let result = try Self.install(folder)
      #expect(result.status == Status.cannotCreate.rawValue)
      #expect(result.errors.hasPrefix("sockdiag: \(folder)/bin/sockdiag exists and does not come from"))
      #expect(try TemporaryFolder.files(below: folder) == ["bin/sockdiag"])
      #expect(try Data(contentsOf: URL(filePath: folder + "/bin/sockdiag")) == Data("mine".utf8))
    }
  }

  @Test func newerVersionReplacesFilesAndRemovesObsoleteOnes() async throws {
    try await TemporaryFolder.with { folder in
      #expect(try Self.install(folder).status == 0)
      let manifest = folder + "/" + InstallManifest.path
      var text = try String(contentsOf: URL(filePath: manifest), encoding: .utf8)
      text += "share/man/man1/sockdiag-old.1\n"
      try Data(text.utf8).write(to: URL(filePath: manifest))
      try Data("old".utf8).write(to: URL(filePath: folder + "/share/man/man1/sockdiag-old.1"))
      #expect(try Shells.run([folder + "/bin/sockdiag", "install", "--prefix", folder]).status == 0)
      #expect(!(try TemporaryFolder.files(below: folder).contains("share/man/man1/sockdiag-old.1")))
      #expect(try Shells.run([folder + "/bin/sockdiag", "uninstall", "--prefix", folder]).status == 0)
      #expect(try FileManager.default.subpathsOfDirectory(atPath: folder) == [])
    }
  }

  @Test func stageIsInFrontOfThePrefix() async throws {
    try await TemporaryFolder.with { folder in
      #expect(try Self.install("/usr", ["--destdir", folder]).status == 0)
      let files = try TemporaryFolder.files(below: folder)
      #expect(files.contains("usr/bin/sockdiag") && files.contains("usr/share/zsh/vendor-completions/_sockdiag"))
      #expect(try Tool.run(["uninstall", "--prefix", "/usr", "--destdir", folder]).status == 0)
      #expect(try TemporaryFolder.files(below: folder) == [])
    }
  }

  @Test func uninstallWithoutAnInstallationSaysSo() async throws {
    try await TemporaryFolder.with { folder in
      let result = try Tool.run(["uninstall", "--prefix", folder])
      #expect(result.status == Status.noInput.rawValue && result.errors.contains("apt remove sockdiag"))
    }
  }

  @Test(arguments: ["/etc/passwd", "../other", "bin/../../etc/passwd", "share//x", "./bin"])
  func manifestCannotLeadOutOfThePrefix(_ line: String) {
    #expect(throws: CommandFailure.self) { try InstallManifest(parsing: line + "\n", name: "installed") }
  }

  @Test func manifestSurvivesWritingAndReading() throws {
    var manifest = InstallManifest()
    manifest.files = ["bin/sockdiag", "share/man/man1/sockdiag.1"]
    manifest.folders = ["bin", "share", "share/man"]
    #expect(try InstallManifest(parsing: manifest.text, name: "installed") == manifest)
  }

  @Test func pathRemarkNamesTheCommandThatIsFoundFirst() async throws {
    try await TemporaryFolder.with { folder in
      let path = "\(folder)/a:\(folder)/b/bin:/usr/bin"
      #expect(InstallRemarks.path(path, folder + "/b") == nil)
      #expect(InstallRemarks.path(path, folder + "/c")?.hasPrefix("PATH lacks \(folder)/c/bin.") == true)
      try FileManager.default.createDirectory(atPath: folder + "/a", withIntermediateDirectories: true)
      try Data().write(to: URL(filePath: folder + "/a/sockdiag"))
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder + "/a/sockdiag")
      #expect(InstallRemarks.path(path, folder + "/b")?.contains("\(folder)/a/sockdiag") == true)
    }
  }
}
