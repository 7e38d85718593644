internal import Glibc

/// A file that is replaced as a whole.
struct MetricsFile {
  let path: String

  /// Replaces the file. A reader, and a host that crashes, has the old content or the new one.
  func write(_ bytes: [UInt8]) throws(CommandFailure) {
    // In the same folder, as a rename cannot leave its file system. The name does not end in `.prom`, so that no collector
    // reads the file before it is whole.
    let temporary = "\(path).\(getpid())~"
    // SAFETY: these calls read the paths while they last.
    _ = unsafe unlink(temporary)
    let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure("create", .cannotCreate) }
    do throws(CommandFailure) {
      defer { close(descriptor) }
      var output = ByteOutput(descriptor: descriptor)
      output.bytes += bytes
      try output.flush()
      // The collector runs as another user, and the mask of this process must not hide the file from it.
      guard fchmod(descriptor, 0o644) == 0, fsync(descriptor) == 0 else { throw failure("write", .outputFailed) }
    } catch {
      _ = unsafe unlink(temporary)
      throw error
    }
    guard unsafe rename(temporary, path) == 0 else {
      let failure = failure("replace", .cannotCreate)
      _ = unsafe unlink(temporary)
      throw failure
    }
  }

  private func failure(_ verb: String, _ status: ExitStatus) -> CommandFailure {
    CommandFailure(status, "cannot \(verb) '\(path)': \(SystemMessage.text(errno))")
  }
}
