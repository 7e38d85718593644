internal import SockDiag
internal import SockDiagWire

/// The ports in use, for a shell to offer.
struct LivePorts {
  private let line: CompletedLine
  private let transport: TransportProtocol

  /// More sockets than this are offered without the names of their processes: a shell waits for the answer.
  private static let namedSockets = 500

  init(_ line: CompletedLine) {
    self.line = line
    transport = line.has(short: "u", long: "udp") ? .udp : .tcp
  }

  /// The ports of listeners. With digits typed also those of other sockets, because closed connections block ports too.
  ///
  /// After an address and a colon, the ports follow the address.
  func candidates(prefix: String) -> [Candidate] {
    line.enterNamespace()
    let head = prefix.lastIndex(of: ":").map { String(prefix[...$0]) } ?? ""
    let digits = prefix.dropFirst(head.count)
    guard digits.allSatisfy({ ("0"..."9").contains($0) }) else { return [] }
    var sockets = sockets(in: transport == .udp ? .close : .listen)
    if !digits.isEmpty { sockets += self.sockets(in: .all) }
    let ports = Dictionary(grouping: sockets.filter { $0.local.port != 0 }, by: \.local.port)
      .filter { "\($0.key)".hasPrefix(digits) }
    let book = ports.count > Self.namedSockets ? nil : try? HolderBook(ports.values.compactMap(\.first))
    return ports.sorted { $0.key < $1.key }.map { port, sockets in
      let process = sockets.first.flatMap { book?.processes(of: $0)?.first?.command }
      return Candidate(word: "\(head)\(port)", note: process ?? sockets.first.map { "\($0.state)" })
    }
  }

  private func sockets(in states: SocketStateSet) -> [InetSocket] {
    guard var inspector = try? SocketInspector() else { return [] }
    return (try? inspector.dump(SocketQuery(transport, states: states)).sockets) ?? []
  }
}
