internal import SockDiagWire

/// Writes the cells of one socket.
struct InetCells {
  var interfaces: InterfaceNames

  /// Names of states as bytes, at the index of the raw value.
  private static let states = (0...13).map { Array(SocketState(rawValue: UInt8($0)).description.utf8) }
  private let states = Self.states

  init(interfaces: InterfaceNames) { self.interfaces = interfaces }

  @inline(__always)
  mutating func append(_ column: InetTableShape.Column, of socket: InetSocket, to text: inout [UInt8]) {
    switch column {
    case .transport: Self.append(socket.protocol, to: &text)
    case .state: append(socket.state, of: socket.protocol, to: &text)
    case .acceptQueue: Self.appendAcceptQueue(of: socket, to: &text)
    case .receiveQueue: Self.appendQueue(socket.receiveQueue, of: socket, to: &text)
    case .sendQueue: Self.appendQueue(socket.sendQueue, of: socket, to: &text)
    case .local: appendLocal(of: socket, to: &text)
    case .remote: appendRemote(of: socket, to: &text)
    case .timer: Self.appendTimer(of: socket, to: &text)
    }
  }

  private static func append(_ transport: TransportProtocol, to text: inout [UInt8]) {
    switch transport {
    case .tcp: text.append(contentsOf: "tcp".utf8)
    case .udp: text.append(contentsOf: "udp".utf8)
    // A reply does not say what it is about, and not every capture has the request.
    case .unspecified: text.append(UInt8(ascii: "?"))
    default: text.appendDecimal(UInt64(transport.rawValue))
    }
  }

  private func append(_ state: SocketState, of transport: TransportProtocol, to text: inout [UInt8]) {
    if state == .close, transport == .udp {
      text.append(contentsOf: "unconnected".utf8)
    } else if Int(state.rawValue) < states.count {
      text.append(contentsOf: states[Int(state.rawValue)])
    } else {
      text.appendDecimal(UInt64(state.rawValue))
    }
  }

  private static func appendAcceptQueue(of socket: InetSocket, to text: inout [UInt8]) {
    guard let length = socket.acceptQueueLength else {
      text.append(UInt8(ascii: "-"))
      return
    }
    text.appendDecimal(UInt64(length))
    text.append(UInt8(ascii: "/"))
    if let limit = socket.acceptQueueLimit {
      text.appendDecimal(UInt64(limit))
    } else {
      text.append(UInt8(ascii: "?"))
    }
  }

  private static func appendQueue(_ bytes: UInt32, of socket: InetSocket, to text: inout [UInt8]) {
    if socket.state == .listen { text.append(UInt8(ascii: "-")) } else { text.appendDecimal(UInt64(bytes)) }
  }

  /// Appends the local address: `*` takes both families, `[::]` only IPv6 and `0.0.0.0` only IPv4. Where the kernel does not
  /// tell whether `[::]` takes IPv4, as in /proc/net, it is `[::]` as well; JSON has no `v6only` then.
  private mutating func appendLocal(of socket: InetSocket, to text: inout [UInt8]) {
    let local = socket.local
    if socket.isDualStackWildcard {
      text.append(UInt8(ascii: "*"))
      appendScope(socket.interfaceIndex, to: &text)
    } else {
      append(local.address, scope: socket.interfaceIndex, to: &text)
    }
    text.append(UInt8(ascii: ":"))
    text.appendDecimal(UInt64(local.port))
  }

  private mutating func appendRemote(of socket: InetSocket, to text: inout [UInt8]) {
    let remote = socket.remote
    if remote.port == 0, remote.address.isUnspecified {
      text.append(UInt8(ascii: "*"))
      return
    }
    // The socket's interface is the scope of a link-local peer; any other peer is the same wherever it is reached.
    append(remote.address, scope: remote.address.isLinkLocal ? socket.interfaceIndex : 0, to: &text)
    text.append(UInt8(ascii: ":"))
    text.appendDecimal(UInt64(remote.port))
  }

  /// Appends what the timer does, when it runs out and how often it has.
  private static func appendTimer(of socket: InetSocket, to text: inout [UInt8]) {
    guard let timer = socket.timer else {
      text.append(UInt8(ascii: "-"))
      return
    }
    text.append(contentsOf: timer.kind.description.utf8)
    text.append(UInt8(ascii: ","))
    text.append(timer.expires)
    text.append(UInt8(ascii: ","))
    text.appendDecimal(UInt64(timer.retransmits))
  }

  @inline(__always)
  private mutating func append(_ address: IPAddress, scope: UInt32, to text: inout [UInt8]) {
    let isBracketed = address.family == .inet6
    if isBracketed { text.append(UInt8(ascii: "[")) }
    address.write(to: &text)
    appendScope(scope, to: &text)
    if isBracketed { text.append(UInt8(ascii: "]")) }
  }

  private mutating func appendScope(_ index: UInt32, to text: inout [UInt8]) {
    if index == 0 { return }
    text.append(UInt8(ascii: "%"))
    interfaces.append(index, to: &text)
  }
}
