internal import ArgumentParser
internal import Glibc
internal import SockDiag
internal import SockDiagWire

/// `sockdiag record`: writes the replies of the kernel to a capture.
struct Record: TakesFilter {
  static let configuration = CommandConfiguration(
    abstract: "Writes the kernel's replies to a capture.",
    discussion: """
      The capture is a pcap file of netlink packets; 'sockdiag decode' and Wireshark read it. Without options it has all \
      sockets. It has all details, so that every option of 'decode' works on it.

      Only the part of a filter that the kernel applies makes the capture smaller. Give 'decode' the same filter for the \
      rest.

      If root records it, it can contain TCP-MD5 keys. So only the owner of the file may read it.
      """)

  @Argument(help: ArgumentHelp("The capture to create; - for standard output.", valueName: "file"), completion: .file())
  var file: String

  @Flag(help: "Replace an existing file. It has no short form: -f is the family.")
  var force = false

  @OptionGroup(title: "Which sockets")
  var selection: SelectionOptions

  func run() throws {
    var selection = try selection.selection(default: .everything, details: .all)
    guard !file.isEmpty else {
      throw CommandFailure.usage("the name of the capture is empty; give a path, or - for standard output")
    }
    if file == "-", isatty(STDOUT_FILENO) == 1 {
      throw CommandFailure.usage("a capture is not text for a terminal; redirect standard output or give a file")
    }
    var inspector = try SocketInspector()
    // Before the file is created.
    if let refusal = inspector.refusal { throw refusal }
    // A user without the right gets a capture without them, as with the other details that need a privilege.
    selection.includesStorages = try !inspector.refusesStorages()
    let recorder = try makeRecorder()
    inspector.record(with: recorder)
    var remarks = Remarks()
    var sockets = 0
    let recording: Recording
    do {
      recording = try Progress.during("recording sockets") {
        for query in selection.listedQueriesByFamily {
          sockets += try Self.record(query, with: &inspector, recorder, &remarks)
          if recorder.failure != nil { break }
        }
        return try finish(recorder)
      }
    } catch {
      // The replies so far stay in the file. If they cannot be written, that error is reported.
      _ = try finish(recorder)
      throw error
    }
    if file != "-" {
      var output = ByteOutput()
      output.appendLine("\(sockets.counted("socket")) in \(recording.packets.counted("packet"))")
      try output.flush()
    }
    try remarks.end()
  }

  /// Makes a query for the recorder's sake. Returns the number of its sockets.
  private static func record<Query: ListedQuery>(
    _ query: Query, with inspector: inout SocketInspector, _ recorder: SocketRecorder, _ remarks: inout Remarks
  ) throws -> Int {
    var count = 0
    do {
      let defects = try query.forEach(by: &inspector) { _ in
        count += 1
        return recorder.failure == nil ? .continue : .stop
      }
      // Nothing is left out of the capture. `decode` learns the names of UNIX peers from the other records.
      if defects.contains(.undecided) {
        remarks.add(
          "some \(query.name) sockets were recorded although it is not known whether the filter matches them; give"
            + " 'sockdiag decode' the same filter")
      }
      query.note(defects.subtracting(.undecided), by: inspector, in: &remarks)
    } catch let error as SockDiagError where query.lacksHandler(error) {
      remarks.add(
        "the kernel has no sock_diag handler for \(query.name), so the capture lacks these sockets; load the module"
          + " \(query.name)_diag", .partial)
    } catch let error as SockDiagError where error.code == .missingFamily {
      // A kernel without IPv6 has no IPv6 sockets.
    }
    return count
  }

  private func makeRecorder() throws(CommandFailure) -> SocketRecorder {
    do throws(SockDiagError) {
      if file == "-" { return try SocketRecorder(descriptor: STDOUT_FILENO, name: "on standard output") }
      return try SocketRecorder(creating: file, overwriting: force)
    } catch {
      if error.errno == EPIPE { ByteOutput.endByBrokenPipe() }
      if file == "-" { throw CommandFailure(.outputFailed, error.sentence(suggestion: nil)) }
      let suggestion: String? =
        switch error.errno {
        case EISDIR: "give a name in that folder"
        case EEXIST where Self.isFolder(file): "it is a folder, so give a name in it"
        case EEXIST: "give another name, or --force to replace it"
        case ENOENT: "create the folder first"
        case EACCES, EPERM, EROFS: "give a name in a folder that you may write to"
        default: nil
        }
      // The header of the capture is written when the file is created.
      let isFull = [ENOSPC, EDQUOT, EIO, EFBIG].contains(error.errno)
      throw CommandFailure(isFull ? .outputFailed : .cannotCreate, error.sentence(suggestion: suggestion))
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
      throw CommandFailure(.outputFailed, error.sentence(suggestion: nil))
    }
  }

}

extension SockDiagError {
  /// The operation and the reason of its failure, with a remedy that the caller knows.
  func sentence(suggestion: String?) -> String {
    "cannot \(operation): \(SystemMessage.text(errno))" + (suggestion.map { "; \($0)" } ?? "")
  }
}
