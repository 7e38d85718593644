internal import Glibc

/// A file that a capture is written to.
///
/// It works with a bare descriptor but is safe to use, because the value owns the descriptor.
struct RecordingFile: ~Copyable {
  /// The name of the file in errors.
  let name: String
  private var descriptor: Int32
  /// The end of the last whole packet; `nil` if the file cannot be truncated.
  private var byteCount: off_t? = 0

  /// Creates the file. Only its owner may read it, because a capture can contain TCP-MD5 keys.
  init(creating path: String, overwriting: Bool) throws(SockDiagError) {
    name = "'\(path)'"
    // An existing file is an error, so that it is not lost. A symbolic link in its place is never followed.
    let flags = O_WRONLY | O_CREAT | O_CLOEXEC | (overwriting ? O_TRUNC | O_NOFOLLOW : O_EXCL)
    // SAFETY: open copies the path, and the string outlives the call.
    descriptor = unsafe open(path, flags, 0o600)
    guard descriptor >= 0 else { throw SockDiagError(.system, operation: "create the capture \(name)", errno: errno) }
    // An existing file keeps its permissions when it is opened. A device, such as /dev/null, always keeps them.
    var status = stat()
    // SAFETY: fstat fills the structure, during the call.
    if unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG { fchmod(descriptor, 0o600) }
  }

  /// Works on a copy of a descriptor, which stays with the caller.
  init(copying descriptor: Int32, name: String) throws(SockDiagError) {
    self.name = name
    self.descriptor = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard self.descriptor >= 0 else {
      throw SockDiagError(.system, operation: "write the capture \(name)", errno: errno)
    }
    let position = lseek(self.descriptor, 0, SEEK_CUR)
    // Writes in append mode go to the end, whatever the position, so truncating at a position could remove older data.
    byteCount = position < 0 || fcntl(self.descriptor, F_GETFL) & O_APPEND != 0 ? nil : position
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Writes all bytes. On failure it removes the partial packet if the file can be truncated, so that the file contains
  /// whole packets.
  mutating func write(_ bytes: [UInt8]) throws(SockDiagError) {
    var written = 0
    while written < bytes.count {
      // SAFETY: the bytes from `written` on belong to the array, and write only reads them, during the call.
      let result = unsafe bytes.withUnsafeBytes { buffer in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
        return unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
      }
      if result >= 0 {
        written += result
      } else if errno == EAGAIN {
        // The descriptor is shared with its opener, which may have set it to non-blocking.
        var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        // SAFETY: poll uses the one structure during the call.
        _ = unsafe poll(&wait, 1, -1)
      } else if errno != EINTR {
        let error = SockDiagError(.system, operation: "write the capture \(name)", errno: errno)
        // If it cannot be truncated, it is left as it is; the error is more important.
        if let byteCount, written > 0, ftruncate(descriptor, byteCount) == 0 { lseek(descriptor, byteCount, SEEK_SET) }
        throw error
      }
    }
    if let byteCount { self.byteCount = byteCount + off_t(written) }
  }

  /// Closes the file. Some file systems report only here that they had no room.
  consuming func finish() throws(SockDiagError) {
    let descriptor = descriptor
    self.descriptor = -1
    // After EINTR the descriptor is closed anyway.
    guard close(descriptor) == 0 || errno == EINTR else {
      throw SockDiagError(.system, operation: "write the capture \(name)", errno: errno)
    }
  }
}
