internal import SockDiagWire

/// Names for the addresses and the ports of a table.
struct EndpointBook {
  /// The names of hosts that are known.
  var hostName: (IPAddress) -> String?
  var services = ServiceNames()

  /// Replaces the address and the port at the end of a text by their names, as far as they have names.
  ///
  /// - Parameters:
  ///   - start: Where the endpoint begins in the text.
  ///   - end: The endpoint; `nil` for a family that has no ports.
  mutating func replace(from start: Int, _ end: SocketAddress?, _ netID: String, in text: inout [UInt8]) {
    guard let end, let colon = text[start...].lastIndex(of: UInt8(ascii: ":")) else { return }
    if let service = services.name(end.port, netID) {
      text.removeSubrange((colon + 1)...)
      text.appendCell(service)
    }
    // All addresses of the host have no name, and '*', '0.0.0.0' and '[::]' differ.
    guard !end.address.isUnspecified, let host = hostName(end.address), !host.isEmpty else { return }
    var cell: [UInt8] = []
    cell.appendCell(host.utf8)
    text.replaceSubrange(start..<colon, with: cell)
  }
}
