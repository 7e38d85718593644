internal import SockDiag

/// The lines below a row of the table.
struct DetailLines {
  /// Which lines are wanted.
  struct Kinds: OptionSet, Hashable {
    let rawValue: UInt8
    static let identity = Kinds(rawValue: 1)
    static let memory = Kinds(rawValue: 2)
    static let transport = Kinds(rawValue: 4)
  }

  var kinds: Kinds
  /// Whether the figures stand behind the row, for tools that read lines.
  var isOneLine = false

  func append(_ socket: InetSocket, _ holders: HolderList? = nil, to text: inout [UInt8]) {
    var taken: [UInt8] = []
    swap(&taken, &text)
    var detail = DetailText(bytes: consume taken, lineStart: isOneLine ? "  " : "\n    ")
    if kinds.contains(.identity) {
      Self.appendIdentity(of: socket, to: &detail)
      for group in holders?.byProcess ?? [] { detail.append(group) }
    }
    if kinds.contains(.memory) { Self.appendMemory(of: socket, to: &detail) }
    if kinds.contains(.transport) { Self.appendTransport(of: socket, to: &detail) }
    swap(&text, &detail.bytes)
  }

  private static func appendIdentity(of socket: InetSocket, to detail: inout DetailText) {
    detail.line("socket")
    detail.number("uid", socket.uid)
    detail.count("inode", socket.inode)
    detail.number("cookie", socket.cookie?.rawValue)
    detail.number("cgroup_id", socket.cgroupID)
    detail.count("mark", socket.mark)
    if let isV6Only = socket.isV6Only { detail.number("v6only", isV6Only ? 1 as UInt8 : 0) }
    if let sides = socket.shutdown {
      detail.names(
        "shutdown", (sides.contains(.receive) ? ["receive"] : []) + (sides.contains(.send) ? ["send"] : []))
    }
    if let options = socket.options {
      // `is_icsk` says nothing that the protocol does not.
      let telling = options.subtracting(.connectionSocket)
      detail.names("options", InetSocketOptions.names.filter { telling.contains($0.option) }.map(\.name))
    }
    detail.count("tos", socket.typeOfService)
    detail.count("tclass", socket.trafficClass)
    detail.count("class_id", socket.classID)
    detail.count("drops", socket.drops)
  }

  private static func appendMemory(of socket: InetSocket, to detail: inout DetailText) {
    if let memory = socket.socketMemory {
      detail.line("memory")
      detail.number("rmem_alloc", memory.receiveAllocated)
      detail.number("rcvbuf", memory.receiveBuffer)
      detail.number("wmem_alloc", memory.sendAllocated)
      detail.number("sndbuf", memory.sendBuffer)
      detail.number("fwd_alloc", memory.forwardAllocated)
      detail.number("wmem_queued", memory.sendQueued)
      detail.number("optmem", memory.optionMemory)
      detail.number("backlog", memory.backlog)
      detail.number("drops", memory.drops)
    } else if let memory = socket.memory {
      detail.line("memory")
      detail.number("rmem", memory.receiveAllocated)
      detail.number("wmem", memory.sendQueued)
      detail.number("fmem", memory.forwardAllocated)
      detail.number("tmem", memory.sendAllocated)
    }
  }

  private static func appendTransport(of socket: InetSocket, to detail: inout DetailText) {
    detail.line("tcp")
    detail.name("congestion", socket.congestion)
    if let info = socket.congestionInfo { detail.append(info) }
    let info = socket.tcpInfo
    if let info { detail.appendNegotiated(info) }
    if let upper = socket.upperLayerProtocol { detail.append(upper) }
    for key in socket.md5Keys { detail.address("md5", key.address, prefixLength: key.prefixLength) }
    if let info { detail.appendFigures(info, isListener: socket.state == .listen) }
  }
}
