internal import SockDiagWire

/// Writes the cells of one socket, of any family.
struct SocketCells {
  var interfaces: InterfaceNames
  /// Names for the two ends, if they are wanted.
  var endpoints: EndpointBook?
  var users = UserNames()
  var services = ServiceNames()

  /// Names of states as bytes, at the index of the raw value.
  private static let states = (0...13).map { Array(SocketState(rawValue: UInt8($0)).description.utf8) }
  private let states = Self.states

  init(interfaces: InterfaceNames) { self.interfaces = interfaces }

  @inline(__always)
  mutating func append<Socket: ShownSocket>(
    _ column: TableColumn, of socket: Socket, _ notes: SocketNotes, to text: inout [UInt8]
  ) {
    switch column {
    case .netID: text.append(contentsOf: socket.netID.utf8)
    case .state: append(socket.state, isConnectionOriented: socket.isConnectionOriented, to: &text)
    case .acceptQueue: Self.appendAcceptQueue(socket.queues, to: &text)
    case .receiveQueue: Self.appendBytes(socket.queues, to: &text) { received, _ in received }
    case .sendQueue: Self.appendBytes(socket.queues, to: &text) { _, unsent in unsent }
    case .local: appendLocal(socket, to: &text)
    case .remote: appendRemote(socket, to: &text)
    case .timer: Self.append(socket.timer, to: &text)
    default: appendRare(column, of: socket, notes, to: &text)
    }
  }

  @inline(__always)
  private mutating func appendLocal(_ socket: some ShownSocket, to text: inout [UInt8]) {
    let start = text.count
    socket.appendLocal(to: &text, &interfaces)
    if endpoints != nil { endpoints?.replace(from: start, socket.ends?.local, socket.netID, in: &text) }
  }

  @inline(__always)
  private mutating func appendRemote(_ socket: some ShownSocket, to text: inout [UInt8]) {
    let start = text.count
    socket.appendRemote(to: &text, &interfaces)
    if endpoints != nil { endpoints?.replace(from: start, socket.ends?.remote, socket.netID, in: &text) }
  }

  private func append(_ state: SocketState, isConnectionOriented: Bool, to text: inout [UInt8]) {
    if state == .close, !isConnectionOriented {
      text.append(contentsOf: "unconnected".utf8)
    } else if Int(state.rawValue) < states.count {
      text.append(contentsOf: states[Int(state.rawValue)])
    } else {
      // States of SCTP associations, and numbers of states that a newer kernel added.
      text.append(contentsOf: state.description.utf8)
    }
  }

  @inline(__always)
  private static func appendAcceptQueue(_ queues: SocketQueues?, to text: inout [UInt8]) {
    guard case .connections(let waiting, let limit) = queues else {
      text.append(UInt8(ascii: "-"))
      return
    }
    text.appendDecimal(UInt64(waiting))
    text.append(UInt8(ascii: "/"))
    if let limit { text.appendDecimal(UInt64(limit)) } else { text.append(UInt8(ascii: "?")) }
  }

  @inline(__always)
  private static func appendBytes(
    _ queues: SocketQueues?, to text: inout [UInt8], _ choose: (UInt32, UInt32) -> UInt32
  ) {
    if case .bytes(let received, let unsent) = queues {
      text.appendDecimal(UInt64(choose(received, unsent)))
    } else {
      text.append(UInt8(ascii: "-"))
    }
  }

  /// Appends the purpose of the timer, the time left and the number of expirations.
  private static func append(_ timer: SocketTimer?, to text: inout [UInt8]) {
    guard let timer else {
      text.append(UInt8(ascii: "-"))
      return
    }
    text.append(contentsOf: timer.kind.description.utf8)
    text.append(UInt8(ascii: ","))
    text.append(timer.expires)
    text.append(UInt8(ascii: ","))
    text.appendDecimal(UInt64(timer.retransmits))
  }
}

extension InterfaceNames: EndpointNames {
  mutating func appendInterface(_ index: UInt32, to text: inout [UInt8]) { append(index, to: &text) }
}
