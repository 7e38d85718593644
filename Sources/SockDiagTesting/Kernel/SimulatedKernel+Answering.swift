import SockDiag
import Synchronization

/// What a netlink socket receives.
enum SimulatedReception {
  case datagram([UInt8])
  case failure(Int32)
}

/// Errnos of asm-generic/errno.h. The module imports no C library, so that it builds wherever `SockDiagWire` does.
private enum Errno {
  static let permission: Int32 = 1
  static let noEntry: Int32 = 2
  static let invalid: Int32 = 22
  static let unsupported: Int32 = 95
  static let noBuffers: Int32 = 105
  static let stale: Int32 = 116
}

extension SimulatedKernel {
  /// The datagrams that answer a request, which begins with its netlink header.
  func reply(to message: Span<UInt8>, portID: UInt32) -> [SimulatedReception] {
    var cursor = NetlinkCursor(0..<message.count)
    guard let first = try? cursor.next(in: message) else { return [] }
    let messages = Messages(request: first.header, portID: portID)
    // Every request of sock_diag begins with its family. The legacy message may leave it open.
    let family = AddressFamily(rawValue: first.payload.isEmpty ? 0 : message[first.payload.lowerBound])
    guard family.rawValue == 0 || families.contains(family) else { return messages.refusal(Errno.noEntry) }
    guard [AddressFamily(rawValue: 0), .inet, .inet6].contains(family) else {
      return reply(about: family, first, in: message, messages)
    }
    guard let request = try? InetRequest(first, in: message) else { return messages.refusal(Errno.invalid) }
    return state.withLock { $0.reply(to: request, messages) }
  }

  /// Answers a request of another family from the records of a real kernel.
  private func reply(
    about family: AddressFamily, _ request: NetlinkCursor.Message, in message: Span<UInt8>, _ messages: Messages
  ) -> [SimulatedReception] {
    let records = records[family] ?? []
    if request.header.flags.isSuperset(of: .dump) {
      return messages.dump(records, isInterrupted: false, isMalformed: false)
    }
    // Of the other families only UNIX has an exact request; the inode is at the same place in the reply less four.
    guard family == .unix, request.payload.count >= 24 else { return messages.refusal(Errno.unsupported) }
    let inode = (8..<12).map { message[request.payload.lowerBound + $0] }
    guard let record = records.first(where: { $0.count >= 16 && Array($0[4..<8]) == inode }) else {
      return messages.refusal(Errno.noEntry)
    }
    return [messages.record(record, flags: [])]
  }
}

extension SimulatedKernel.State {
  fileprivate mutating func reply(to request: InetRequest, _ messages: Messages) -> [SimulatedReception] {
    // A dump of no states is a question about the kernel and not about sockets.
    let isQuestion = request.form == .dump && request.states.isEmpty
    if !isQuestion { requests.append(request) }
    let scripted = isQuestion ? nil : nextAnswer(to: request.form)
    switch scripted {
    case .error(let errno, let explanation): return messages.refusal(errno, explanation)
    case .missingHandler: return messages.missingHandler(request.form)
    case .nothing: return []
    case .interrupted, .overrun, .unfinished, .malformed, .lacking, nil: break
    }
    guard protocols.contains(request.protocol) else { return messages.missingHandler(request.form) }
    switch request.form {
    case .dump: return dump(request, messages, scripted)
    case .get: return get(request, messages, scripted)
    case .destroy: return destroy(request, messages, scripted)
    }
  }

  private mutating func nextAnswer(to form: InetRequest.Form) -> SimulatedAnswer? {
    guard let index = scripted.firstIndex(where: { $0.form == form }) else { return nil }
    scripted[index].times -= 1
    let answer = scripted[index].answer
    if scripted[index].times == 0 { scripted.remove(at: index) }
    return answer
  }

  private func dump(
    _ request: InetRequest, _ messages: Messages, _ scripted: SimulatedAnswer?
  ) -> [SimulatedReception] {
    if request.storages != nil, !reportsStorages { return messages.refusal(Errno.permission) }
    var program: BytecodeInterpreter?
    if !request.bytecode.isEmpty {
      do throws(BytecodeInterpreter.Refusal) {
        program = try BytecodeInterpreter(request.bytecode)
      } catch {
        return messages.refusal(error.errno == "EPERM" ? Errno.permission : Errno.invalid)
      }
    }
    var found = sockets.filter { socket in
      socket.protocol == request.protocol && (request.family == nil || socket.family == request.family)
        && isAsked(socket, request.states)
        && (request.local.port == 0 || socket.local.port == request.local.port)
        && (request.remote.port == 0 || socket.remote.port == request.remote.port)
        && program?.accepts(KernelEntry(socket)) != false
    }
    if case .lacking(let count) = scripted { found.removeFirst(min(max(count, 0), found.count)) }
    var answer = messages.dump(
      found.map { InetSocketFields($0).payload(request.details, includesStorages: request.storages != nil) },
      isInterrupted: scripted == .interrupted,
      isMalformed: scripted == .malformed)
    if scripted == .unfinished { answer.removeLast() }
    return (scripted == .overrun ? [.failure(Errno.noBuffers)] : []) + answer
  }

  /// Raw sockets are reported whatever the states, and for SCTP the states choose between endpoints and associations.
  private func isAsked(_ socket: InetSocket, _ states: SocketStateSet) -> Bool {
    switch socket.protocol {
    case .raw: true
    case .sctp: socket.isAssociation ? !states.subtracting([.listen, .close]).isEmpty : states.contains(.listen)
    default: states.contains(state: socket.state)
    }
  }

  private func get(_ request: InetRequest, _ messages: Messages, _ scripted: SimulatedAnswer?) -> [SimulatedReception] {
    if scripted == .overrun { return [.failure(Errno.noBuffers)] }
    if scripted == .malformed { return [messages.malformed] }
    // For historical reasons the kernel looks UDP sockets up the other way round (udp_dump_one, net/ipv4/udp_diag.c).
    let ends = request.protocol.isLookedUpReversed ? (request.remote, request.local) : (request.local, request.remote)
    guard let index = lookUp(request, local: ends.0, remote: ends.1) else { return messages.refusal(Errno.noEntry) }
    guard isMeant(sockets[index], by: request) else { return messages.refusal(Errno.stale) }
    return [
      messages.record(InetSocketFields(sockets[index]).payload(request.details, includesStorages: false), flags: [])
    ]
  }

  private mutating func destroy(
    _ request: InetRequest, _ messages: Messages, _ scripted: SimulatedAnswer?
  ) -> [SimulatedReception] {
    if scripted == .overrun { return [.failure(Errno.noBuffers)] }
    if scripted == .malformed { return [messages.malformed] }
    guard let index = lookUp(request, local: request.local, remote: request.remote) else {
      return messages.refusal(Errno.noEntry)
    }
    guard isMeant(sockets[index], by: request) else { return messages.refusal(Errno.stale) }
    sockets.remove(at: index)
    return messages.refusal(0)
  }

  /// The socket that packets between two addresses reach: a connection, or else a listener or an unconnected socket.
  ///
  /// Kernel: `inet_diag_find_one_icsk`, net/ipv4/inet_diag.c; `udp_diag_dump_one`, net/ipv4/udp_diag.c.
  private func lookUp(_ request: InetRequest, local: SocketAddress, remote: SocketAddress) -> Int? {
    let candidates = sockets.indices.filter { index in
      let socket = sockets[index]
      return socket.protocol == request.protocol && socket.local.port == local.port
        && (socket.interfaceIndex == 0 || socket.interfaceIndex == request.interfaceIndex)
        // The look-up does not find a TCP socket that is only bound.
        && socket.state != .boundInactive
    }
    // One with the cookie goes first: which of several equal ones the kernel picks depends on its hash.
    let ordered = candidates.filter { isMeant(sockets[$0], by: request) } + candidates
    let connection = ordered.first { sockets[$0].local == local && sockets[$0].remote == remote }
    // Of SCTP only associations are found (sctp_diag_dump_one, net/sctp/diag.c).
    if connection != nil || request.protocol == .sctp { return connection }
    return ordered.first { isServer(sockets[$0]) && sockets[$0].local.address == local.address }
      ?? ordered.first { isServer(sockets[$0]) && takesAnyAddress(sockets[$0], of: local.address.family) }
  }

  private func isServer(_ socket: InetSocket) -> Bool { socket.state == .listen || socket.remote.port == 0 }

  private func takesAnyAddress(_ socket: InetSocket, of family: AddressFamily) -> Bool {
    socket.local.address.isUnspecified && (socket.family == family || (family == .inet && socket.isV6Only != true))
  }

  private func isMeant(_ socket: InetSocket, by request: InetRequest) -> Bool {
    request.cookie == .any || socket.cookie == request.cookie
  }
}

/// Messages that answer one request.
private struct Messages {
  var request: NetlinkHeader
  var portID: UInt32

  /// The kernel fits several messages into one datagram.
  private static var datagramByteCount: Int { 8192 }

  private func message(_ type: NetlinkMessageType, _ flags: NetlinkFlags, _ payload: [UInt8]) -> [UInt8] {
    NetlinkBytes.message(type, flags: flags, sequence: request.sequence, portID: portID, payload: payload).bytes
  }

  /// A record in the form in which the kernel repeats the type of the request.
  func record(_ payload: [UInt8], flags: NetlinkFlags) -> SimulatedReception {
    .datagram(message(request.type, flags, payload))
  }

  /// A message that is shorter than its structure: a record, or for a request to destroy a socket an acknowledgement.
  var malformed: SimulatedReception {
    request.type == .sockDestroy
      ? .datagram(message(.error, .capped, [0, 0, 0, 0])) : .datagram(message(request.type, .multipart, [0, 0, 0, 0]))
  }

  /// An error message, or with errno 0 an acknowledgement.
  func refusal(_ errno: Int32, _ explanation: String? = nil) -> [SimulatedReception] {
    let flags: NetlinkFlags = explanation == nil ? .capped : [.capped, .extendedAcknowledgement]
    return [.datagram(message(.error, flags, NetlinkBytes.refusal(errno, words: explanation)))]
  }

  /// A dump says in its last message that there is no handler, and an exact request in an error message.
  func missingHandler(_ form: InetRequest.Form) -> [SimulatedReception] {
    form == .dump
      ? [.datagram(message(.done, .multipart, NetlinkBytes.errno(Errno.noEntry)))] : refusal(Errno.noEntry)
  }

  /// A dump: as many records in each datagram as fit, and the end in a datagram of its own.
  func dump(_ records: [[UInt8]], isInterrupted: Bool, isMalformed: Bool) -> [SimulatedReception] {
    let flags: NetlinkFlags = isInterrupted ? [.multipart, .dumpInterrupted] : .multipart
    var datagrams: [SimulatedReception] = isMalformed ? [malformed] : []
    var datagram: [UInt8] = []
    for record in records {
      let message = message(request.type, flags, record)
      if !datagram.isEmpty, datagram.count + message.count > Self.datagramByteCount {
        datagrams.append(.datagram(datagram))
        datagram = []
      }
      datagram += message
    }
    if !datagram.isEmpty { datagrams.append(.datagram(datagram)) }
    return datagrams + [.datagram(message(.done, flags, NetlinkBytes.errno(0)))]
  }
}
