import SockDiag

/// The row in which `ss -H -n -e -m -O` shows a socket of a family without IP addresses, with single blanks.
///
/// A test compares whole rows, so everything that `ss` prints must be there, and nothing else.
package enum SSLines {
  /// A row of `ss` with single blanks.
  package static func singleBlanks(_ text: some StringProtocol) -> String {
    text.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
  }

  /// The parts that are there, with single blanks.
  static func row(_ parts: [String?]) -> String { singleBlanks(parts.compactMap(\.self).joined(separator: " ")) }

  static func state(_ state: SocketState) -> String {
    switch state {
    case .established: "ESTAB"
    case .close: "UNCONN"
    default: state.description.uppercased()
    }
  }

  /// `ss` prints 0 where the kernel reports no queues.
  static func queues(_ queues: SocketQueues?) -> String {
    switch queues {
    case .bytes(let received, let unsent): "\(received) \(unsent)"
    case .connections(let waiting, let limit): "\(waiting) \(limit ?? 0)"
    case nil: "0 0"
    }
  }

  static func memory(_ memory: SocketMemory) -> String {
    "skmem:(r\(memory.receiveAllocated),rb\(memory.receiveBuffer),t\(memory.sendAllocated),tb\(memory.sendBuffer),"
      + "f\(memory.forwardAllocated),w\(memory.sendQueued),o\(memory.optionMemory),bl\(memory.backlog ?? 0),"
      + "d\(memory.drops ?? 0))"
  }

  /// `<->` with a dash for each side that is shut down.
  static func shutdown(_ sides: ShutdownSides) -> String {
    (sides.contains(.receive) ? "-" : "<") + "-" + (sides.contains(.send) ? "-" : ">")
  }

  /// The words after the addresses that are the same for all families. `ss` leaves out the user 0 and the inode 0.
  static func details(inode: UInt32, uid: UInt32?, _ cookie: SocketCookie?) -> String {
    row([
      uid.flatMap { $0 == 0 ? nil : "uid:\($0)" }, inode == 0 ? nil : "ino:\(inode)",
      "sk:" + String(cookie?.rawValue ?? 0, radix: 16),
    ])
  }

  static func interface(_ index: UInt32, _ interfaces: [UInt32: String]) -> String {
    index == 0 ? "*" : interfaces[index] ?? "interface \(index)"
  }
}
