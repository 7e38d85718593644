package import SockDiagWire

/// Builds netlink messages as the kernel writes them.
package struct NetlinkBytes {
  /// What is written so far.
  package var bytes: [UInt8] = []

  package init() {}

  package static func + (left: NetlinkBytes, right: NetlinkBytes) -> NetlinkBytes {
    var both = left
    both.bytes += right.bytes
    return both
  }

  /// Appends a number in the byte order of the host, which netlink uses.
  package mutating func append<Number: FixedWidthInteger>(_ number: Number) {
    let memory = number.littleEndian
    for shift in stride(from: 0, to: Number.bitWidth, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: memory >> Number(truncatingIfNeeded: shift)))
    }
  }

  /// Appends a number in the byte order of the host.
  package static func number(_ number: some FixedWidthInteger) -> [UInt8] {
    var bytes = NetlinkBytes()
    bytes.append(number)
    return bytes.bytes
  }

  /// Appends zeros up to a multiple of four bytes.
  package mutating func pad() {
    while !bytes.count.isMultiple(of: 4) { bytes.append(0) }
  }

  /// A message with its padding. By default it is a part of a dump.
  package static func message(
    _ type: NetlinkMessageType, flags: NetlinkFlags = .multipart, sequence: UInt32, portID: UInt32,
    payload: [UInt8] = []
  ) -> NetlinkBytes {
    var message = NetlinkBytes()
    message.append(UInt32(clamping: 16 + payload.count))
    message.append(type.rawValue)
    message.append(flags.rawValue)
    message.append(sequence)
    message.append(portID)
    message.bytes += payload
    message.pad()
    return message
  }

  /// An attribute with its padding. A payload that is longer than its 16-bit length can say is cut.
  package static func attribute(_ type: UInt16, _ payload: [UInt8]) -> [UInt8] {
    let payload = payload.prefix(Int(UInt16.max) - 4)
    var attribute = NetlinkBytes()
    attribute.append(UInt16(4 + payload.count))
    attribute.append(type)
    attribute.bytes += payload
    attribute.pad()
    return attribute.bytes
  }

  /// The fixed record of a connection from 127.0.0.1:`port` to 127.0.0.1:80.
  package static func record(
    port: UInt16, cookie: UInt64, state: SocketState = .established, inode: UInt32 = 4711, uid: UInt32 = 1000
  ) -> [UInt8] {
    var record = NetlinkBytes()
    record.bytes = [AddressFamily.inet.rawValue, state.rawValue, 0, 0]
    record.append(port.bigEndian)
    record.append(UInt16(80).bigEndian)
    for _ in 0..<2 { record.bytes += [127, 0, 0, 1] + [UInt8](repeating: 0, count: 12) }
    record.append(UInt32(0))
    record.append(cookie)
    for number in [0, 3, 5, uid, inode] { record.append(number) }
    return record.bytes
  }

  /// The payload of a done message: an errno.
  package static func errno(_ errno: Int32) -> [UInt8] {
    var payload = NetlinkBytes()
    payload.append(-errno)
    return payload.bytes
  }

  /// The payload of an error message: an errno, the header of the request, and the kernel's explanation if there is one.
  package static func refusal(_ errno: Int32, words: String? = nil) -> [UInt8] {
    let request = message(.sockDiagByFamily, flags: [.request, .dump], sequence: 1, portID: 0)
    let text = words.map { attribute(1, Array($0.utf8) + [0]) } ?? []
    return Self.errno(errno) + request.bytes + text
  }
}
