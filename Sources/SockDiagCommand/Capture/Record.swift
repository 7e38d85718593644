internal import ArgumentParser
internal import Glibc
internal import SockDiag

/// `sockdiag record`: what the kernel says, for later.
struct Record: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes the kernel's replies to a capture.",
    discussion: """
      The capture is a pcap file of netlink packets, which 'sockdiag decode' and Wireshark read. It has all sockets, \
      unless options say otherwise, and all details, so that any option of 'decode' works on it.

      A filter narrows the capture as far as the kernel compares it; give it to 'decode' again for the rest.

      Recorded by root it can hold keys of TCP-MD5, so only its owner may read it.
      """)

  @Argument(help: ArgumentHelp("The capture to make; - for standard output.", valueName: "file"))
  var file: String

  @Flag(name: .shortAndLong, help: "Replace a file that is already there.")
  var force = false

  @OptionGroup(title: "Which sockets")
  var selection: SelectionOptions

  func run() throws {
    let selection = try selection.selection(default: .everything, details: .all)
    guard !file.isEmpty else {
      throw CommandFailure.usage("the name of the capture is empty; give a path, or - for standard output")
    }
    if file == "-", isatty(STDOUT_FILENO) == 1 {
      throw CommandFailure.usage("a capture is no text for a terminal; redirect standard output or give a file")
    }
    var inspector = try SocketInspector()
    // Before a file is made.
    if let refusal = inspector.refusal { throw refusal }
    let recorder = try makeRecorder()
    inspector.record(with: recorder)
    var remarks = Remarks()
    var sockets = 0
    let recording: Recording
    do {
      for query in selection.listedQueriesByFamily {
        sockets += try Self.record(query, with: &inspector, recorder, &remarks)
        if recorder.failure != nil { break }
      }
      recording = try finish(recorder)
    } catch {
      // What was recorded before stays, and a failure to write it is the news.
      _ = try finish(recorder)
      throw error
    }
    if file != "-" {
      let noun = sockets == 1 ? "socket" : "sockets"
      try say("\(sockets) \(noun) in \(recording.packets) packets\n")
    }
    try remarks.end()
  }

  /// Makes a query for the recorder's sake. Returns the number of its sockets.
  private static func record<Query: ListedQuery>(
    _ query: Query, with inspector: inout SocketInspector, _ recorder: SocketRecorder, _ remarks: inout Remarks
  ) throws -> Int {
    var count = 0
    do {
      let completeness = try query.forEach(by: &inspector) { _ in
        count += 1
        return recorder.failure == nil ? .continue : .stop
      }
      query.note(completeness, by: inspector, in: &remarks)
    } catch let error as SockDiagError where query.lacksHandler(error) {
      remarks.add(
        "the kernel has no sock_diag handler for \(query.name), so the capture has no such sockets; load the module"
          + " \(query.name)_diag", .partial)
    } catch let error as SockDiagError where error.code == .missingFamily {
      // A kernel without IPv6 has no such sockets either.
    }
    return count
  }

  private func makeRecorder() throws(CommandFailure) -> SocketRecorder {
    do throws(SockDiagError) {
      if file == "-" { return try SocketRecorder(descriptor: STDOUT_FILENO, name: "on standard output") }
      return try SocketRecorder(creating: file, overwriting: force)
    } catch {
      if error.errno == EPIPE { ByteOutput.endByBrokenPipe() }
      if file == "-" { throw CommandFailure(.outputFailed, error.sentence(cure: nil)) }
      let cure: String? =
        switch error.errno {
        case EISDIR: "give a name in that folder"
        case EEXIST where Self.isFolder(file): "it is a folder, so give a name in it"
        case EEXIST: "give another name, or --force to replace it"
        case ENOENT: "make the folder first"
        case EACCES, EPERM, EROFS: "give a name in a folder that you may write to"
        default: nil
        }
      // The header of the capture is written at once.
      let isFull = [ENOSPC, EDQUOT, EIO, EFBIG].contains(error.errno)
      throw CommandFailure(isFull ? .outputFailed : .cannotCreate, error.sentence(cure: cure))
    }
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    // SAFETY: stat copies the path, fills the structure and keeps nothing.
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private func finish(_ recorder: SocketRecorder) throws(CommandFailure) -> Recording {
    do throws(SockDiagError) { return try recorder.finish() } catch {
      if error.errno == EPIPE { ByteOutput.endByBrokenPipe() }
      throw CommandFailure(.outputFailed, error.sentence(cure: nil))
    }
  }

  private func say(_ text: String) throws(CommandFailure) {
    var output = ByteOutput()
    output.bytes.append(contentsOf: text.utf8)
    try output.flush()
  }
}

extension SockDiagError {
  /// What failed and why, with the advice of the caller, who knows what the operation was for.
  func sentence(cure: String?) -> String {
    "cannot \(operation): \(SystemMessage.text(errno))" + (cure.map { "; \($0)" } ?? "")
  }
}
