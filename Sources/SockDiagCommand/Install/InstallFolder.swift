internal import FoundationEssentials
internal import Glibc

/// The folder under which `install` works: the prefix, inside the folder that DESTDIR names.
struct InstallFolder {
  let root: String

  func path(_ name: String) -> String { root + "/" + name }

  /// Whether something has the name, also a symbolic link to nothing.
  func exists(_ name: String) -> Bool {
    var status = stat()
    // SAFETY: lstat copies the path, fills the structure and keeps nothing.
    return unsafe lstat(path(name), &status) == 0
  }

  /// The manifest of an earlier installation; `nil` if there is none.
  func manifest() throws(CommandFailure) -> InstallManifest? {
    let name = path(InstallManifest.path)
    guard exists(InstallManifest.path) else { return nil }
    let data: Data
    do { data = try Data(contentsOf: URL(filePath: name)) } catch {
      throw CommandFailure(.noInput, "cannot read \(name); run it as the user who installed it")
    }
    return try InstallManifest(parsing: String(decoding: data, as: UTF8.self), name: name)
  }

  /// Makes the folders around a file.
  ///
  /// - Returns: The folders that did not exist, outer ones first.
  func makeFolders(for name: String) throws(CommandFailure) -> [String] {
    // Folders outside the prefix stay.
    try makeRoot()
    var made: [String] = []
    let parts = name.split(separator: "/").dropLast()
    for count in parts.indices {
      let folder = parts[...count].joined(separator: "/")
      // SAFETY: mkdir copies the path.
      if unsafe mkdir(path(folder), 0o755) == 0 {
        made.append(folder)
      } else if errno != EEXIST {
        throw Self.failure("make the folder", path(folder))
      }
    }
    return made
  }

  private func makeRoot() throws(CommandFailure) {
    var folder = ""
    for part in root.split(separator: "/") {
      folder += "/" + part
      // SAFETY: mkdir copies the path.
      if unsafe mkdir(folder, 0o755) != 0, errno != EEXIST { throw Self.failure("make the folder", folder) }
    }
  }

  /// Writes a file. The old one stays until the new one is complete, because it may be this running command.
  func write(_ content: [UInt8], to name: String, permissions: UInt16) throws(CommandFailure) {
    let (final, draft) = (path(name), path(name) + ".new-\(getpid())")
    // SAFETY: open copies the path.
    let descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode_t(0o600))
    guard descriptor >= 0 else { throw Self.failure("create", final) }
    defer { close(descriptor) }
    var output = ByteOutput(descriptor: descriptor)
    output.bytes = content
    do throws(CommandFailure) { try output.flush() } catch {
      // SAFETY: unlink copies the path.
      _ = unsafe unlink(draft)
      throw CommandFailure(.cannotCreate, "\(final): \(error.message)")
    }
    // SAFETY: rename copies the paths.
    guard fchmod(descriptor, mode_t(permissions)) == 0, unsafe rename(draft, final) == 0 else {
      let failure = Self.failure("create", final)
      // SAFETY: as above.
      _ = unsafe unlink(draft)
      throw failure
    }
  }

  /// Removes a file; `false` if there was none.
  @discardableResult
  func removeFile(_ name: String) throws(CommandFailure) -> Bool {
    // SAFETY: unlink copies the path.
    if unsafe unlink(path(name)) == 0 { return true }
    guard errno == ENOENT || errno == ENOTDIR else { throw Self.failure("remove", path(name)) }
    return false
  }

  /// Removes a folder if it is empty.
  func removeFolder(_ name: String) {
    // SAFETY: rmdir copies the path.
    _ = unsafe rmdir(path(name))
  }

  private static func failure(_ action: String, _ path: String) -> CommandFailure {
    let number = errno
    let isForbidden = [EACCES, EPERM, EROFS].contains(number)
    let suggestion = isForbidden && geteuid() != 0 ? "; run it with sudo, or give --prefix ~/.local" : ""
    return CommandFailure(
      isForbidden ? .noPermission : .cannotCreate,
      "cannot \(action) \(path): \(SystemMessage.text(number))\(suggestion)")
  }
}
