internal import SockDiagWire

/// A refusal in words, and its JSON fields.
struct RefusedEnding {
  let kind: EndingRefusal.Kind
  let failure: CommandFailure

  init(_ kind: EndingRefusal.Kind, _ status: ExitStatus, _ sentence: String) {
    self.kind = kind
    failure = CommandFailure(status, sentence)
  }

  /// - Parameter namespace: The network namespace, as `--netns` takes it.
  init(_ refusal: EndingRefusal, _ selection: PortSelection, namespace: String? = nil) {
    kind = refusal.kind
    failure = refusal.failure(selection, namespace: namespace)
  }
}

extension RefusedEnding: FieldWritable {
  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.text("kind", kind.rawValue)
    writer.text("text", failure.message)
  }
}
