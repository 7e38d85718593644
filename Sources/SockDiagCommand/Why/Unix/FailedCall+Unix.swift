internal import BindDiagnosis
internal import BindTrace
internal import SockDiagWire

extension UnixRequest {
  /// The bind() that a program called; `nil` if its name could not be read, or not without loss.
  init?(_ call: BindCall) {
    guard let text = call.unixName, !text.isEmpty, !text.contains("\u{fffd}") else { return nil }
    let bytes = Array(text.utf8)
    // The tracer writes an @ for each NUL, so an @ behind the first may be either.
    if bytes.first == UInt8(ascii: "@") {
      guard !bytes.dropFirst().contains(UInt8(ascii: "@")) else { return nil }
      self.init(.abstract(Array(bytes.dropFirst())), process: call.processID)
    } else {
      self.init(.path(bytes), process: call.processID)
    }
  }
}

extension DiagnosisText {
  /// Appends a failed bind() of a UNIX socket and the reason.
  mutating func append(_ failed: FailedCall, _ diagnosis: UnixDiagnosis, isShort: Bool) {
    end()
    line("\(failed.failure.text(failed.identity)) (\(SystemMessage.text(failed.call.errno))).", indent: 0)
    if isShort { appendShort(diagnosis) } else { append(diagnosis) }
    end()
  }
}

extension UnixDiagnosis {
  /// The same about the absolute path, for a reader in another directory; unchanged if it is too long or not known.
  func withAbsolutePath(in directory: String?) -> UnixDiagnosis {
    guard case .path(let path) = request.name, path.first != UInt8(ascii: "/"), let directory else { return self }
    let full = Array(directory.utf8) + [UInt8(ascii: "/")] + path
    guard full.count <= UnixRequest.longestPath else { return self }
    var diagnosis = self
    diagnosis.request.name = .path(full)
    return diagnosis
  }
}

/// The command that asks about the name of a failed bind().
enum UnixQuestion {
  static func line(_ diagnosis: UnixDiagnosis, namespace: String?) -> String {
    let words = ["sockdiag", "why", UnixWaitText.argument(diagnosis)] + (namespace.map { ["--netns", $0] } ?? [])
    return words.map(ShellWord.quoted).joined(separator: " ")
  }
}
