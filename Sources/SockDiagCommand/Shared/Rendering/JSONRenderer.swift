internal import SockDiagWire
internal import SocketOwners

/// Shows sockets as JSON: one array, or a line for each.
final class JSONRenderer: SocketRenderer {
  enum Form { case array, lines }

  private let form: Form
  private var interfaces: InterfaceNames
  private var isEmpty = true
  private var output: ByteOutput

  init(_ form: Form, interfaces: InterfaceNames, output: consuming ByteOutput) {
    self.form = form
    self.interfaces = interfaces
    self.output = output
  }

  func render(_ socket: InetSocket, _ notes: SocketNotes) throws(CommandFailure) {
    if form == .array { output.bytes.append(contentsOf: (isEmpty ? "[\n" : ",\n").utf8) }
    isEmpty = false
    output.bytes.appendJSON(socket, interfaces: &interfaces)
    if let holders = notes.holders { output.bytes.addToJSONObject("holders", holders) }
    if let result = notes.result { output.bytes.addToJSONObject("result", result) }
    if form == .lines { output.bytes.append(UInt8(ascii: "\n")) }
    try output.flushIfFull()
  }

  /// What is not written yet, where nothing is written before the caller takes it.
  var text: [UInt8] { output.bytes }

  func finish(afterFailure hasFailed: Bool) throws(CommandFailure) {
    if isEmpty, hasFailed { return }
    if form == .array { output.bytes.append(contentsOf: (isEmpty ? "[]\n" : "\n]\n").utf8) }
    try output.flush()
  }
}

extension [UInt8] {
  /// Appends a socket as a JSON object with the name of its interface.
  mutating func appendJSON(_ socket: InetSocket, interfaces: inout InterfaceNames) {
    socket.appendJSON(to: &self)
    if socket.interfaceIndex != 0, let name = interfaces.name(socket.interfaceIndex) {
      // The record knows only the index.
      addToJSONObject("interface_name", String(decoding: name, as: UTF8.self))
    }
  }

  /// Adds holders, or why there are none, before the closing brace of the object that ends here.
  fileprivate mutating func addToJSONObject(_ key: StaticString, _ list: HolderList) {
    removeLast()
    append(contentsOf: ",\"\(key)\":".utf8)
    appendJSON(list)
    if let reasons = list.reasons {
      let names = reasons.names.map { "\"\($0)\"" }.joined(separator: ",")
      append(contentsOf: ",\"\(key)_missing\":[\(names)]".utf8)
    }
    append(UInt8(ascii: "}"))
  }

  /// Adds a key before the closing brace of the object that ends here.
  fileprivate mutating func addToJSONObject(_ key: StaticString, _ text: String) {
    removeLast()
    append(contentsOf: ",\"\(key)\":".utf8)
    appendJSONString(text)
    append(UInt8(ascii: "}"))
  }
}
