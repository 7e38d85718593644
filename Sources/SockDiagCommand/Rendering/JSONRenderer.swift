internal import SockDiagWire

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

  func render(_ socket: InetSocket) throws(CommandFailure) {
    if form == .array { output.bytes.append(contentsOf: (isEmpty ? "[\n" : ",\n").utf8) }
    isEmpty = false
    output.bytes.appendJSON(socket, interfaces: &interfaces)
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
    guard socket.interfaceIndex != 0, let name = interfaces.name(socket.interfaceIndex) else { return }
    // The record knows only the index; its name is one more key before the closing brace.
    removeLast()
    append(contentsOf: ",\"interface_name\":".utf8)
    appendJSONString(String(decoding: name, as: UTF8.self))
    append(UInt8(ascii: "}"))
  }
}
