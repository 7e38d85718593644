internal import BindDiagnosis
internal import SockDiag
internal import SockDiagWire

/// The JSON fields of `free`.
struct FreePortFields: FieldWritable {
  let transports: [TransportProtocol]
  /// The addresses that have to be free on each port.
  let addresses: [String]
  let outcome: FreePortSearch.Outcome
  let isComplete: Bool
  let next: UInt16?

  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.numbers("ports", outcome.free.map(UInt32.init))
    writer.texts("protocols", transports.map { "\($0)" })
    writer.texts("addresses", addresses)
    guard !isComplete else { return }
    writer.number("examined", outcome.examined)
    writer.number("in_use", outcome.inUse)
    writer.number("undecided", outcome.undecided.count)
    writer.number("failing", outcome.failing)
    writer.number("next_free", next)
  }
}
