internal import Glibc
internal import SockDiag

/// The bytes of a capture whose format is recognized, unpacked if the file is compressed.
struct CaptureFile {
  /// The name of the file in messages.
  let name: String
  let bytes: [UInt8]
  /// A reader at the first packet.
  let reader: CaptureReader
  /// What is wrong with a compressed file. Its bytes are those before the defect.
  let compressionFault: Gunzip.Fault?

  /// More than the recording of a million sockets needs, and little enough for the memory of any machine.
  static let maximumByteCount = 1 << 30
  /// The number of bytes that are read to recognize the format. Headers are shorter.
  private static let prefixByteCount = 1 << 16

  /// Reads a whole file, or standard input if the path is `-`. If the file is not a capture, it reads only the start: the
  /// file may be endless.
  init(reading path: String, maximumByteCount: Int = Self.maximumByteCount) throws(CommandFailure) {
    guard path != "-" else {
      self = try Self(STDIN_FILENO, "standard input", maximumByteCount)
      return
    }
    guard !path.isEmpty else {
      throw .usage("the name of the capture is empty; give a path, or - for standard input")
    }
    let name = "'\(path)'"
    // SAFETY: open copies the path, and the string outlives the call.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.unreadable(name, errno) }
    defer { close(descriptor) }
    self = try Self(descriptor, name, maximumByteCount)
  }

  /// Reads to the end of a descriptor. The caller closes it.
  init(_ descriptor: Int32, _ name: String, _ maximumByteCount: Int = Self.maximumByteCount) throws(CommandFailure) {
    self.name = name
    var bytes: [UInt8] = []
    var input = CaptureInput(descriptor, name)
    try input.read(upTo: Self.prefixByteCount, into: &bytes)
    let isText = StraceDump.recognizes(bytes)
    // The capture of a text can be made only once all of it is there; its start stands in.
    let start = isText ? StraceDump(bytes).capture : bytes
    do throws(WireError) { reader = try CaptureReader(start.span) } catch {
      let explanation = input.fault?.explanation ?? error.explanationWithSuggestion
      throw CommandFailure(.badData, "\(name): \(explanation)")
    }
    var status = stat()
    // SAFETY: fstat fills the structure and keeps nothing.
    let isFile = unsafe fstat(descriptor, &status) == 0
    // The size of a compressed file says little about that of its content.
    let size = isFile && !input.isCompressed ? Int(clamping: status.st_size) : 0
    if size <= maximumByteCount {
      // One more byte, so that the read that finds the end does not move the array.
      bytes.reserveCapacity(max(size, 0) + 1)
      try input.read(upTo: maximumByteCount + 1, into: &bytes)
    }
    compressionFault = input.fault
    guard max(size, bytes.count) <= maximumByteCount else {
      throw CommandFailure(
        .badData,
        "\(name): the capture is longer than the limit of \(maximumByteCount) bytes; shorten it, for example with:"
          + " editcap -F pcap -c 100000 IN OUT")
    }
    self.bytes = isText ? StraceDump(bytes).capture : bytes
  }

  static func unreadable(_ name: String, _ errno: Int32) -> CommandFailure {
    let suggestion: String? =
      switch errno {
      case ENOENT: "give the path of a capture, or - for standard input"
      case EACCES, EPERM: "ask its owner, or run as root"
      case EISDIR: "give a file in it"
      default: nil
      }
    return CommandFailure(
      .noInput, "cannot read \(name): \(SystemMessage.text(errno))" + (suggestion.map { "; \($0)" } ?? ""))
  }
}

extension WireError {
  /// The fault of a file that is not a capture, and the remedy.
  fileprivate var explanationWithSuggestion: String {
    reason + (suggestion == nil ? "; give a file that 'sockdiag record' or 'ss -D' wrote" : "")
  }
}
