import Foundation
import SockDiagWire
import Testing

/// What holds for the decoder of every family.
enum FamilyTrial<Family: SocketFamily> where Family.Socket: FilterSubject & Decodable {
  /// Decodes a payload.
  static func decode(_ payload: [UInt8], _ request: Family.Request) throws(WireError) -> (Family.Socket, WireError?) {
    var socket = Family.emptySocket
    let fault = try Family.decode(0..<payload.count, in: payload.span, answering: request, into: &socket)
    return (socket, fault)
  }

  /// Decodes a payload that must have no fault.
  static func sound(_ payload: [UInt8], _ request: Family.Request) throws -> Family.Socket {
    let (socket, fault) = try decode(payload, request)
    if let fault { throw fault }
    return socket
  }

  /// Cuts a payload at every byte, and changes every byte of it. The decoder must give an error with an offset inside the
  /// bytes, or a socket that survives JSON and answers filters.
  static func bearDamage(_ payload: [UInt8], _ request: Family.Request) throws {
    for length in 0...payload.count { try bear(Array(payload.prefix(length)), request) }
    for index in payload.indices {
      for value in [0, 1, 0x7f, 0x80, 0xff] as [UInt8] {
        var damaged = payload
        damaged[index] = value
        try bear(damaged, request)
      }
    }
  }

  /// Bytes that the decoder has to bear.
  static func bear(_ payload: [UInt8], _ request: Family.Request) throws {
    let socket: Family.Socket
    do throws(WireError) {
      let fault: WireError?
      (socket, fault) = try decode(payload, request)
      if let fault { #expect(fault.offset <= payload.count) }
    } catch {
      #expect(error.offset <= payload.count)
      return
    }
    try surviveJSON(socket)
    // A value that is used again must keep nothing of the socket before.
    var used = socket
    _ = try Family.decode(0..<payload.count, in: payload.span, answering: request, into: &used)
    #expect(used == socket)
    #expect(!socket.localText.isEmpty && !socket.remoteText.isEmpty && !socket.description.isEmpty)
  }

  /// Both writers of JSON give text that is read as the same socket.
  static func surviveJSON(_ socket: Family.Socket) throws {
    var text: [UInt8] = []
    socket.appendJSON(to: &text)
    #expect(try JSONDecoder().decode(Family.Socket.self, from: Data(text)) == socket)
    #expect(try JSONDecoder().decode(Family.Socket.self, from: JSONEncoder().encode(socket)) == socket)
  }

  /// The fixed part may not be shorter than this.
  static func refuseShorter(than count: Int, family: UInt8, _ request: Family.Request) {
    for length in 0..<count {
      let error = #expect(throws: WireError.self) { try decode([UInt8](repeating: family, count: length), request) }
      #expect(error?.code == .structureLength)
    }
  }

  /// Evaluates a filter, whose text must come back as the same filter.
  static func passes(_ socket: Family.Socket, _ text: String) throws -> Bool? {
    let filter = try SocketFilter(text)
    #expect(try SocketFilter(filter.description) == filter)
    return filter.evaluate(socket)
  }
}

/// A request as a whole message: length, type 20, `NLM_F_REQUEST | NLM_F_DUMP`, sequence 5, port id 0.
func expectedDump(_ payload: [UInt8]) -> [UInt8] {
  UInt32(16 + payload.count).memory + UInt16(20).memory + UInt16(0x301).memory + UInt32(5).memory + [0, 0, 0, 0]
    + payload
}

/// A request as it is sent.
func encodedRequest(_ request: some NetlinkRequest) throws -> [UInt8] {
  var bytes: [UInt8] = []
  try request.encode(sequence: 5, into: &bytes)
  return bytes
}
