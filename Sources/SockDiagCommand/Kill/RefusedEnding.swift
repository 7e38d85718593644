internal import PortControl
internal import SockDiagWire

/// A refusal in words, and its JSON fields.
struct RefusedEnding {
  let kind: EndingRefusal.Kind
  let failure: CommandFailure

  private init(_ kind: EndingRefusal.Kind, _ failure: CommandFailure) {
    self.kind = kind
    self.failure = failure
  }

  /// - Parameter namespace: The network namespace, as `--netns` takes it.
  init(_ refusal: EndingRefusal, _ ports: PortArguments, namespace: String? = nil) {
    self.init(refusal.kind, refusal.failure(ports, namespace: namespace))
  }

  /// The user answered no.
  static let declined = RefusedEnding(.declined, CommandFailure(.negative, "nothing was ended"))
}

extension RefusedEnding: FieldWritable {
  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.text("kind", kind.rawValue)
    writer.text("text", failure.message)
  }
}
