internal import CSockDiag
internal import Glibc
public import SockDiagWire

/// Reads interfaces and their addresses from rtnetlink: what the kernel notes about an address is in no file of proc that
/// tells it whole.
///
/// It belongs to the network namespace in which it was made. A dump that other changes interrupt is asked for again.
///
/// Safe to use although it holds a pointer: nothing else does, and it is freed with this value.
///
/// It is `Sendable`: move it to another thread or task, or keep it in an actor. It has one owner, who makes one call at a time.
@safe public struct InterfaceReader: ~Copyable, @unchecked Sendable {
  private let socket: OpaquePointer
  private var buffer = [UInt8](repeating: 0, count: 32 * 1024)
  private var sequence: UInt32 = 0

  /// Opens an rtnetlink socket in the network namespace of the calling thread.
  ///
  /// - Throws: ``SockDiagError``: `Code.netlinkForbidden` in a sandbox without netlink; `.system`.
  public init() throws(SockDiagError) {
    var opened: OpaquePointer?
    // SAFETY: the shim writes the pointer and keeps nothing.
    let result = unsafe csockdiag_route_open(&opened)
    guard result == 0, let socket = unsafe opened else {
      throw SockDiagError(errno: -result, operation: "open an rtnetlink socket")
    }
    unsafe self.socket = socket
  }

  deinit {
    // SAFETY: this value is the only owner, and it ends here.
    unsafe csockdiag_close(socket)
  }

  /// The addresses of all interfaces.
  ///
  /// - Parameter family: IPv4's or IPv6's.
  /// - Throws: ``SockDiagError``: `Code.incomplete` if the list kept changing while it was read; `.noReply`;
  ///   `.malformedReply`.
  ///
  /// Kernel: `RTM_GETADDR`, linux/rtnetlink.h.
  public mutating func addresses(_ family: AddressFamily) throws(SockDiagError) -> [InterfaceAddress] {
    try dump(.getAddresses, family.rawValue) { message, bytes throws(WireError) in
      message.header.type == .newAddress ? try InterfaceAddress(newAddress: message.payload, in: bytes) : nil
    }
  }

  /// All interfaces.
  ///
  /// - Throws: As ``addresses(_:)`` does.
  ///
  /// Kernel: `RTM_GETLINK`, linux/rtnetlink.h.
  public mutating func interfaces() throws(SockDiagError) -> [NetworkInterface] {
    try dump(.getLinks, UInt8(AF_UNSPEC)) { message, bytes throws(WireError) in
      message.header.type == .newLink ? try NetworkInterface(newLink: message.payload, in: bytes) : nil
    }
  }

  private typealias Decoding<Record> = (NetlinkCursor.Message, Span<UInt8>) throws(WireError) -> Record?

  /// Interfaces come and go on a host of containers, so one interruption is nothing special.
  private static let attempts = 5

  private mutating func dump<Record>(
    _ type: NetlinkMessageType, _ family: UInt8, _ decode: Decoding<Record>
  ) throws(SockDiagError) -> [Record] {
    for _ in 0..<Self.attempts {
      if let records = try attempt(type, family, decode) { return records }
    }
    throw SockDiagError(.incomplete, operation: "the list of interfaces changed each time that it was read")
  }

  /// `nil` if the list changed meanwhile, or did not fit.
  private mutating func attempt<Record>(
    _ type: NetlinkMessageType, _ family: UInt8, _ decode: Decoding<Record>
  ) throws(SockDiagError) -> [Record]? {
    try send(type, family)
    var records: [Record] = []
    var isWhole = true
    while true {
      var sender: UInt32 = 0
      // SAFETY: the shim writes at most the given number of bytes, during the call.
      let length = unsafe buffer.withUnsafeMutableBytes {
        unsafe csockdiag_receive(socket, $0.baseAddress, $0.count, &sender)
      }
      switch -length {
      case Int(EINTR): continue
      case Int(ENOBUFS): isWhole = false
      case Int(EAGAIN): throw SockDiagError(.noReply, operation: Self.operation)
      case 1...: throw SockDiagError(errno: Int32(-length), operation: Self.operation)
      // A process with CAP_NET_ADMIN may send to our port. Only the kernel's own is zero.
      case _ where sender != 0: continue
      default:
        if length > buffer.count {
          buffer = [UInt8](repeating: 0, count: length)
          isWhole = false
        } else if try read(buffer.span.extracting(0..<length), &records, &isWhole, decode) {
          return isWhole ? records : nil
        }
      }
    }
  }

  private static let operation = "read interfaces from rtnetlink"

  private mutating func send(_ type: NetlinkMessageType, _ family: UInt8) throws(SockDiagError) {
    sequence &+= 1
    // SAFETY: the shim writes into the buffer and sends from it, both during the calls, with its length.
    let result = unsafe buffer.withUnsafeMutableBytes { bytes in
      let length = unsafe csockdiag_put_route_dump(bytes.baseAddress, bytes.count, sequence, type.rawValue, family)
      return length < 0 ? Int32(length) : unsafe csockdiag_send(socket, bytes.baseAddress, length)
    }
    guard result == 0 else { throw SockDiagError(errno: -result, operation: "send an rtnetlink request") }
  }

  /// Reads a datagram; whether the dump ends in it.
  private func read<Record>(
    _ datagram: Span<UInt8>, _ records: inout [Record], _ isWhole: inout Bool, _ decode: Decoding<Record>
  ) throws(SockDiagError) -> Bool {
    var cursor = NetlinkCursor(0..<datagram.count)
    var verdict: NetlinkVerdict?
    do throws(WireError) {
      while verdict == nil, let message = try cursor.next(in: datagram) {
        guard message.header.sequence == sequence else { continue }
        if message.header.flags.contains(.dumpInterrupted) { isWhole = false }
        switch message.header.type {
        case .done, .error:
          verdict =
            message.header.type == .done
            ? NetlinkVerdict(done: message.payload, flags: message.header.flags, in: datagram)
            : try NetlinkVerdict(error: message.payload, flags: message.header.flags, in: datagram)
        default: if let record = try decode(message, datagram) { records.append(record) }
        }
      }
    } catch {
      throw SockDiagError(.malformedReply, operation: Self.operation, wireError: error)
    }
    guard let verdict, verdict.errno != 0 else { return verdict != nil }
    throw SockDiagError(errno: verdict.errno, operation: Self.operation, kernelMessage: verdict.message)
  }
}

/// The numbers mean other messages on the bus of sock_diag. Kernel: `RTM_*`, linux/rtnetlink.h.
extension NetlinkMessageType {
  fileprivate static let newLink = NetlinkMessageType(rawValue: 16)
  fileprivate static let getLinks = NetlinkMessageType(rawValue: 18)
  fileprivate static let newAddress = NetlinkMessageType(rawValue: 20)
  fileprivate static let getAddresses = NetlinkMessageType(rawValue: 22)
}
