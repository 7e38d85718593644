internal import Glibc

/// A file that is replaced as a whole.
enum ReplacedFile {
  /// Replaces a file. A reader, and a host that crashes, has the old content or the new one.
  static func write(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
    // In the same folder, as a rename cannot leave its file system. The name has no known ending, so that no collector
    // of such files reads it before it is whole.
    let temporary = "\(path).\(getpid())~"
    // SAFETY: unlink, open and rename read the terminated strings that Swift makes for the call.
    _ = unsafe unlink(temporary)
    let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure("create", path, .cannotCreate) }
    do throws(CommandFailure) {
      defer { close(descriptor) }
      var output = ByteOutput(descriptor: descriptor)
      output.bytes = bytes
      try output.flush()
      // Collectors run as other users, and the mask of this process must not hide the file from them.
      guard fchmod(descriptor, 0o644) == 0, fsync(descriptor) == 0 else { throw failure("write", path, .outputFailed) }
    } catch {
      _ = unsafe unlink(temporary)
      throw error
    }
    guard unsafe rename(temporary, path) == 0 else {
      let failure = failure("replace", path, .cannotCreate)
      _ = unsafe unlink(temporary)
      throw failure
    }
  }

  private static func failure(_ verb: String, _ path: String, _ status: ExitStatus) -> CommandFailure {
    CommandFailure(status, "cannot \(verb) '\(path)': \(SystemMessage.text(errno))")
  }
}
