import FoundationEssentials
import SockDiagWire

/// Fuzzes the decoder of one family with the bytes behind the first as the payload of a record. The first byte chooses the
/// family, unless the environment names one: `SOCKDIAG_FUZZ_FAMILY=unix`.
@c(LLVMFuzzerTestOneInput)
public func fuzzFamilies(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // SAFETY: libFuzzer lends `count` bytes for the length of the call.
  let bytes = unsafe UnsafeBufferPointer(start: data, count: count).span
  guard count > 0 else { return 0 }
  // SAFETY: libFuzzer calls on one thread.
  unsafe Targets.shared.run(bytes)
  return 0
}

private struct Targets {
  nonisolated(unsafe) static var shared = Targets()

  private var netlink = Target<Netlink>(NetlinkSocketRequest(), fixedByteCount: 28, highestAttribute: 4) { socket in
    // Only a connected socket has a destination.
    if !socket.isConnected { (socket.destinationPortID, socket.destinationGroup) = (0, 0) }
  }
  private var unix = Target<Unix>(UnixSocketRequest(), fixedByteCount: 16, highestAttribute: 7)
  private var packet = Target<Packet>(PacketSocketRequest(), fixedByteCount: 16, highestAttribute: 7)
  private var vsock = Target<VSock>(VSockSocketRequest(), fixedByteCount: 32, highestAttribute: nil)
  private var xdp = Target<XDP>(XDPSocketRequest(), fixedByteCount: 16, highestAttribute: 9)
  private var tipc = Target<TIPC>(TIPCSocketRequest(), fixedByteCount: 0, highestAttribute: 2)
  private var smc = Target<SMC>(SMCSocketRequest(), fixedByteCount: 64, highestAttribute: 5)
  private var inet = InetTarget()

  private let names = ["netlink", "unix", "packet", "vsock", "xdp", "tipc", "smc", "inet"]
  /// The one family to fuzz; `nil` for all.
  private let only: UInt8?

  init() {
    only = ProcessInfo.processInfo.environment["SOCKDIAG_FUZZ_FAMILY"].map { [names] name in
      guard let index = names.firstIndex(of: name) else { fatalError("SOCKDIAG_FUZZ_FAMILY: one of \(names)") }
      return UInt8(index)
    }
  }

  mutating func run(_ bytes: Span<UInt8>) {
    let first = bytes[0]
    switch only ?? first & 7 {
    case 0: netlink.run(bytes)
    case 1: unix.run(bytes)
    case 2: packet.run(bytes)
    case 3: vsock.run(bytes)
    case 4: xdp.run(bytes)
    case 5: tipc.run(bytes)
    case 6: smc.run(bytes)
    default: inet.run(bytes, protocolIndex: Int(first >> 3))
    }
  }
}

/// What every record has besides its fixed part.
private protocol KeepsUnknown {
  /// All attributes that were not decoded.
  var keptAttributes: [UnknownAttribute] { get }
}

extension NetlinkSocket: KeepsUnknown { var keptAttributes: [UnknownAttribute] { unknownAttributes } }
extension UnixSocket: KeepsUnknown { var keptAttributes: [UnknownAttribute] { unknownAttributes } }
extension PacketSocket: KeepsUnknown { var keptAttributes: [UnknownAttribute] { unknownAttributes } }
extension VSockSocket: KeepsUnknown { var keptAttributes: [UnknownAttribute] { unknownAttributes } }
extension XDPSocket: KeepsUnknown { var keptAttributes: [UnknownAttribute] { unknownAttributes } }
extension TIPCSocket: KeepsUnknown { var keptAttributes: [UnknownAttribute] { unknownMessageAttributes } }
extension SMCSocket: KeepsUnknown { var keptAttributes: [UnknownAttribute] { unknownAttributes } }

private struct Target<Family: SocketFamily> where Family.Socket: Decodable & FilterSubject & KeepsUnknown {
  private let request: Family.Request
  private let fixedByteCount: Int
  /// The highest number of an attribute that is decoded; `nil` for none.
  private let highestAttribute: UInt16?
  /// Removes from a socket what its JSON leaves out on purpose.
  private let normalize: (inout Family.Socket) -> Void
  private var socket = Family.emptySocket
  private var text: [UInt8] = []

  init(
    _ request: Family.Request, fixedByteCount: Int, highestAttribute: UInt16?,
    normalize: @escaping (inout Family.Socket) -> Void = { _ in }
  ) {
    self.request = request
    self.fixedByteCount = fixedByteCount
    self.highestAttribute = highestAttribute
    self.normalize = normalize
  }

  mutating func run(_ bytes: Span<UInt8>) {
    let payload = 1..<bytes.count
    do throws(WireError) {
      let fault = try Family.decode(payload, in: bytes, answering: request, into: &socket)
      // A value that is used again must keep nothing of the socket before.
      var fresh = Family.emptySocket
      let again = try Family.decode(payload, in: bytes, answering: request, into: &fresh)
      precondition(fault == again && socket == fresh)
      if let fault { precondition(fault.offset >= 0 && fault.offset <= bytes.count) }
      checkUnknown(payload, in: bytes)
      checkJSON(fresh)
      _ = (socket.localText, socket.remoteText, socket.description, socket.queues, socket.identity)
    } catch {
      precondition(error.offset >= 0 && error.offset <= bytes.count)
    }
  }

  /// Attributes with numbers that no kernel uses are kept, in their order.
  private func checkUnknown(_ payload: Range<Int>, in bytes: Span<UInt8>) {
    var expected: [UnknownAttribute] = []
    var offset = payload.lowerBound + fixedByteCount
    while payload.upperBound - offset >= 4 {
      let length = Int(Self.number(offset, in: bytes))
      let type = Self.number(offset + 2, in: bytes) & 0x3fff
      guard length >= 4, length <= payload.upperBound - offset else { break }
      if isUnknown(type) {
        expected.append(
          UnknownAttribute(type: type, payload: (offset + 4..<offset + length).map { bytes[$0] }))
      }
      offset += (length + 3) & ~3
    }
    precondition(socket.keptAttributes.filter { isUnknown($0.type) } == expected)
  }

  private func isUnknown(_ type: UInt16) -> Bool { highestAttribute.map { type > $0 } ?? true }

  /// JSON gives the same socket.
  private mutating func checkJSON(_ decoded: Family.Socket) {
    var expected = decoded
    normalize(&expected)
    text.removeAll(keepingCapacity: true)
    expected.appendJSON(to: &text)
    do {
      let read = try JSONDecoder().decode(Family.Socket.self, from: Data(text))
      precondition(read == expected)
    } catch {
      preconditionFailure("\(error)")
    }
  }

  /// A 16-bit number in the byte order of this machine.
  private static func number(_ offset: Int, in bytes: Span<UInt8>) -> UInt16 {
    UInt16(littleEndian: UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8)
  }
}

/// The protocols of IPv4 and IPv6, whose decoder depends on the protocol.
private struct InetTarget {
  private static let protocols: [TransportProtocol] = [
    .tcp, .udp, .mptcp, .sctp, .dccp, .raw, .udpLite, .unspecified,
  ]

  private var decoder = InetDecoder()
  private var socket = InetSocket()
  private var text: [UInt8] = []

  mutating func run(_ bytes: Span<UInt8>, protocolIndex: Int) {
    let `protocol` = Self.protocols[protocolIndex % Self.protocols.count]
    do throws(WireError) {
      let fault = try decoder.decode(1..<bytes.count, in: bytes, protocol: `protocol`, into: &socket)
      var fresh = InetDecoder()
      var other = InetSocket()
      let again = try fresh.decode(1..<bytes.count, in: bytes, protocol: `protocol`, into: &other)
      precondition(fault == again && socket == other)
      text.removeAll(keepingCapacity: true)
      socket.appendJSON(to: &text)
      // Keys are secret, so their JSON is not complete.
      if socket.md5Keys.isEmpty { checkJSON() }
    } catch {
      precondition(error.offset >= 0 && error.offset <= bytes.count)
    }
  }

  /// JSON is read back, and what was read gives the same JSON.
  private func checkJSON() {
    do {
      let read = try JSONDecoder().decode(InetSocket.self, from: Data(text))
      var again: [UInt8] = []
      read.appendJSON(to: &again)
      precondition(again == text)
    } catch {
      preconditionFailure("\(error)")
    }
  }
}
