import SockDiagTesting
import SockDiagWire

/// A second implementation of a filter's meaning. It evaluates the kernel's data of a socket instead of its record.
///
/// It has three values, after Kleene: `nil` means that neither the record nor the kernel decides it.
struct ReferenceEvaluator {
  let socket: SocketSpecimen
  private let entry: KernelEntry
  /// What the reader receives.
  var telling = SocketSpecimen.Telling()
  /// The operations that may be sent to the kernel; `nil` if the record alone decides.
  var operations: InetBytecode.Operations?

  init(_ socket: SocketSpecimen) {
    self.socket = socket
    entry = socket.entry
  }

  func evaluate(_ node: FilterNode) -> Bool? {
    switch node {
    case .condition(let condition): evaluate(condition)
    case .not(let node): evaluate(node).map { !$0 }
    case .all(let nodes): Self.all(nodes.map(evaluate))
    case .any(let nodes): Self.all(nodes.map { evaluate($0).map { !$0 } }).map { !$0 }
    }
  }

  static func all(_ values: [Bool?]) -> Bool? { values.contains(false) ? false : values.contains(nil) ? nil : true }

  private func evaluate(_ condition: FilterCondition) -> Bool? {
    switch condition {
    case .states(let states): return states.rawValue >> UInt32(socket.state.rawValue) & 1 == 1
    case .ports(let end, let ports):
      let port = end == .local ? entry.localPort : entry.remotePort
      return ports.ranges.contains { $0.contains(port) }
    case .address(let end, let prefix): return takes(prefix, end == .local ? entry.local : entry.remote)
    case .family(let family): return entry.family == family.rawValue
    case .interface(let index): return entry.interface == index
    // A comparison of zero bits has a fixed answer, and so has one with a bit outside the mask.
    case .mark(let value, let mask) where value & ~mask != 0: return false
    case .mark(_, mask: 0): return true
    case .mark(let value, let mask):
      return telling.marks || operations?.contains(.mark) == true ? entry.mark & mask == value : nil
    case .cgroup(let id):
      let isKnown = telling.cgroups || socket.isMinisocket || operations?.contains(.cgroup) == true
      return isKnown ? entry.cgroup == id : nil
    case .end: return false
    // Holders were not searched, and no record tells the direction.
    case .holder, .direction: return nil
    case .autobound: return operations != nil || socket.isMinisocket ? !entry.isPortLocked : nil
    case .figure(let figure, let range):
      return switch read(figure.name) {
      case .number(let number): range.contains(number)
      case .none: false
      case .untold: nil
      }
    }
  }

  /// Bit by bit, as on paper.
  private func takes(_ prefix: AddressPrefix, _ address: [UInt8]) -> Bool {
    let wanted = prefix.address.bytes
    let isMapped = wanted.count == 4 && address.count == 16
    if isMapped, address[..<12] != [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff] { return false }
    let own = isMapped ? Array(address[12...]) : address
    if wanted.count != own.count { return false }
    var bit = 0
    while bit < prefix.length {
      if (wanted[bit / 8] ^ own[bit / 8]) << UInt8(bit % 8) & 0x80 != 0 { return false }
      bit += 1
    }
    return true
  }

  private enum Reading {
    case number(UInt64)
    /// The socket does not have this figure.
    case none
    /// The socket may have this figure.
    case untold
  }

  private func read(_ name: String) -> Reading {
    switch name {
    case "uid": return socket.isMinisocket ? .none : .number(UInt64(socket.uid))
    case "inode": return .number(socket.isMinisocket ? 0 : UInt64(socket.inode))
    case "cookie": return .number(socket.cookie)
    case "recv-q": return .number(UInt64(socket.receiveQueue))
    case "send-q": return .number(UInt64(socket.sendQueue))
    default: break
    }
    if socket.protocol == .udp || socket.isMinisocket || socket.state == .boundInactive { return .none }
    guard let info = socket.info else { return .untold }
    switch name {
    case "snd_cwnd": return .number(UInt64(info.congestionWindow))
    case "pacing_rate": return info.isOld ? .untold : .number(info.pacingRate)
    // Other figures have no meaning for a listener.
    case _ where socket.state == .listen: return .none
    case "rtt": return .number(UInt64(info.smoothedRTT))
    case "total_retrans": return .number(UInt64(info.totalRetransmits))
    case "min_rtt" where info.isOld: return .untold
    case "min_rtt": return info.minimumRTT == .max ? .none : .number(UInt64(info.minimumRTT))
    default: return .untold
    }
  }
}
