internal import SockDiag
internal import SocketOwners

/// The lines below a row of the table.
struct DetailLines {
  /// Which lines are wanted.
  struct Kinds: OptionSet, Hashable {
    let rawValue: UInt8
    static let identity = Kinds(rawValue: 1)
    static let memory = Kinds(rawValue: 2)
    static let transport = Kinds(rawValue: 4)
    static let programs = Kinds(rawValue: 8)
  }

  var kinds: Kinds
  /// Whether the figures stand behind the row, for tools that read lines.
  var isOneLine = false
  /// The paths of cgroups; `nil` for a capture, whose cgroups are those of another host or time.
  var cgroups: CgroupNames?

  func append(_ socket: some ShownSocket, _ holders: HolderList? = nil, to text: inout [UInt8]) {
    var taken: [UInt8] = []
    swap(&taken, &text)
    var detail = DetailText(bytes: consume taken, lineStart: isOneLine ? "  " : "\n    ")
    if kinds.contains(.identity) {
      socket.appendIdentity(to: &detail)
      if let id = socket.cgroupID { detail.name("cgroup", cgroups?.path(of: id)?.text) }
      for group in holders?.byProcess ?? [] { detail.append(group) }
    }
    if kinds.contains(.memory) { socket.appendMemory(to: &detail) }
    if kinds.contains(.transport) { socket.appendTransport(to: &detail) }
    if kinds.contains(.programs) { socket.appendPrograms(to: &detail) }
    swap(&text, &detail.bytes)
  }
}

/// A socket whose details can be shown below its row.
protocol ShownSocket: KernelSocket {
  /// Appends the identity of the socket: user, inode, cookie, options.
  func appendIdentity(to detail: inout DetailText)
  /// Appends the memory that the socket uses.
  func appendMemory(to detail: inout DetailText)
  /// Appends the figures of the protocol.
  func appendTransport(to detail: inout DetailText)
  /// Appends what BPF programs are attached to the socket and what programs stored with it.
  func appendPrograms(to detail: inout DetailText)
  /// The addresses and ports of the two ends; `nil` for a family without ports.
  var ends: (local: SocketAddress, remote: SocketAddress)? { get }
  /// The firewall mark; `nil` if the record does not contain it.
  var mark: UInt32? { get }
  /// The number that a filter would compare, times in microseconds; `nil` if the socket has none.
  func value(of figure: FilterFigure) -> UInt64?
}

extension ShownSocket {
  /// Nothing: the records of most families say nothing about programs.
  func appendPrograms(to detail: inout DetailText) {}
}

extension DetailText {
  /// Appends memory that is counted for sockets of all families.
  mutating func append(_ memory: SocketMemory) {
    line("memory")
    number("rmem_alloc", memory.receiveAllocated)
    number("rcvbuf", memory.receiveBuffer)
    number("wmem_alloc", memory.sendAllocated)
    number("sndbuf", memory.sendBuffer)
    number("fwd_alloc", memory.forwardAllocated)
    number("wmem_queued", memory.sendQueued)
    number("optmem", memory.optionMemory)
    number("backlog", memory.backlog)
    number("drops", memory.drops)
  }
}
