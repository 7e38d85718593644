import SockDiagTestKit
import SockDiagWire
import Testing

/// The sockets of families without IP addresses equal what the `ss` of each guest printed.
@Suite struct GuestFamilyTests {
  /// The lines of `ss` with single spaces. A line break in the name of a UNIX socket continues the row.
  private static func rows(_ guest: Guest, _ question: String) throws -> [String] {
    try guest.text(question).split(separator: "\n").reduce(into: []) { rows, line in
      let isRow = ["u_", "p_", "v_", "??", "LISTEN", "ESTAB", "UNCONN"].contains { line.hasPrefix($0) }
      let text = normal(line)
      if isRow || rows.isEmpty { rows.append(text) } else { rows[rows.count - 1] += " " + text }
    }
  }

  private static func normal(_ text: some StringProtocol) -> String {
    text.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
  }

  private static func compare(
    _ guest: Guest, _ question: String, atLeast count: Int, _ row: (CapturedSocket, [UInt32: String]) -> String?
  ) throws {
    guard guest.has(question) else { return }
    let interfaces = try guest.interfaces()
    let ours = try guest.sockets(question, for: .ss).map { try #require(row($0, interfaces), "\($0)") }.map(normal)
    let theirs = try rows(guest, question)
    #expect(ours.count >= count)
    #expect(ours.count == theirs.count)
    for (ours, theirs) in zip(ours, theirs) { #expect(ours == theirs) }
  }

  private static func state(_ state: SocketState) -> String {
    state == .established ? "ESTAB" : state == .listen ? "LISTEN" : state == .close ? "UNCONN" : state.description
  }

  private static func queues(_ queues: SocketQueues?) -> String {
    switch queues {
    case .bytes(let received, let unsent): "\(received) \(unsent)"
    case .connections(let waiting, let limit): "\(waiting) \(limit ?? 0)"
    case nil: "0 0"
    }
  }

  private static func memory(_ memory: SocketMemory?) -> String {
    guard let memory else { return "" }
    return "skmem:(r\(memory.receiveAllocated),rb\(memory.receiveBuffer),t\(memory.sendAllocated),"
      + "tb\(memory.sendBuffer),f\(memory.forwardAllocated),w\(memory.sendQueued),o\(memory.optionMemory),"
      + "bl\(memory.backlog ?? 0),d\(memory.drops ?? 0))"
  }

  private static func hexadecimal(_ cookie: SocketCookie?) -> String { String(cookie?.rawValue ?? 0, radix: 16) }

  // MARK: Families

  @Test(arguments: Guest.all) func unixSocketsAreThoseOfSS(_ guest: Guest) throws {
    try Self.compare(guest, "unix", atLeast: 30) { socket, _ in
      guard let socket = socket.unix else { return nil }
      var name = "*"
      if let bytes = socket.name?.bytes {
        // ss writes @ for each NUL.
        let text = bytes.map { $0 == 0 ? UInt8(ascii: "@") : $0 }
        name = (socket.name?.isAbstract == true ? "@" : "") + String(decoding: text, as: UTF8.self)
      }
      let sides = socket.shutdown ?? []
      let waiting = (socket.waitingClients ?? []).map { " \($0)" }.joined()
      return [
        socket.netID, Self.state(socket.state), Self.queues(socket.queues), name, "\(socket.inode)",
        "* \(socket.peer?.inode ?? 0)", Self.memory(socket.memory),
        (sides.contains(.receive) ? "-" : "<") + "-" + (sides.contains(.send) ? "-" : ">"),
        socket.file.map { "ino:\($0.inode) dev:\($0.major)/\($0.minor)" } ?? "",
        socket.state == .listen ? "peers:" + waiting : "",
      ].joined(separator: " ")
    }
  }

  @Test(arguments: Guest.all) func packetSocketsAreThoseOfSS(_ guest: Guest) throws {
    try Self.compare(guest, "packet", atLeast: 8) { socket, interfaces in
      guard let socket = socket.packet else { return nil }
      let link = socket.protocol == .all ? "*" : socket.protocol.rawValue == 0 ? "" : "[\(socket.protocol.rawValue)]"
      let interface = socket.interfaceIndex == 0 ? "*" : interfaces[socket.interfaceIndex] ?? "?"
      let ring = { (name: String, ring: PacketSocket.Ring) in
        "\(name)(blk_size:\(ring.blockBytes),blk_nr:\(ring.blockCount),frm_size:\(ring.frameBytes),"
          + "frm_nr:\(ring.frameCount),tmo:\(ring.retireTimeoutMilliseconds),"
          + "features:0x\(String(ring.features, radix: 16)))"
      }
      var filter = ""
      if case .program(let instructions) = socket.filter {
        filter = "bpf filter (\(instructions.count)):"
        for instruction in instructions {
          let code = String(instruction.code, radix: 16)
          filter += " 0x\(code.count < 2 ? "0" : "")\(code) \(instruction.jumpIfTrue) \(instruction.jumpIfFalse)"
          filter += " \(instruction.operand),"
        }
      }
      return [
        "\(socket.netID) UNCONN \(Self.queues(socket.queues)) \(link):\(interface) *",
        socket.inode == 0 ? "" : "ino:\(socket.inode)", (socket.uid ?? 0) == 0 ? "" : "uid:\(socket.uid ?? 0)",
        "sk:\(Self.hexadecimal(socket.cookie))",
        socket.info.map { "ver:\($0.ringVersion) cpy_thresh:\($0.copyThreshold)" } ?? "",
        socket.info.map { $0.flags == .running ? "flags( running )" : "flags(?)" } ?? "",
        socket.receiveRing.map { ring("ring_rx", $0) } ?? "", socket.sendRing.map { ring("ring_tx", $0) } ?? "",
        socket.fanout.map { "fanout(id:\($0.id),type:\($0.method))" } ?? "",
        filter, Self.memory(socket.memory),
      ].joined(separator: " ")
    }
  }

  @Test(arguments: Guest.all) func vsockSocketsAreThoseOfSS(_ guest: Guest) throws {
    try Self.compare(guest, "vsock", atLeast: 3) { socket, _ in
      guard let socket = socket.vsock else { return nil }
      let end = { (address: VSockAddress) in
        (address.contextID == VSockAddress.anyContextID ? "*" : "\(address.contextID)") + ":"
          + (address.port == VSockAddress.anyPort ? "*" : "\(address.port)")
      }
      // ss does not know the type of seqpacket sockets.
      let kind = socket.type == .sequencedPacket ? "???" : socket.netID
      return "\(kind) \(Self.state(socket.state)) 0 0 \(end(socket.local)) \(end(socket.remote))"
    }
  }

  @Test(arguments: Guest.all) func xdpSocketsAreThoseOfSS(_ guest: Guest) throws {
    try Self.compare(guest, "xdp", atLeast: 1) { socket, interfaces in
      guard let socket = socket.xdp, let queue = socket.queue, let memory = socket.userMemory,
        let figures = socket.statistics
      else { return nil }
      let entries = { (count: UInt32?) in "(entries:\(count ?? 0))" }
      return "UNCONN 0 0 \(interfaces[queue.interfaceIndex] ?? "?"):q\(queue.number) * ino:\(socket.inode) "
        + "sk:\(Self.hexadecimal(socket.cookie)) rx\(entries(socket.receiveRingEntries)) "
        + "tx\(entries(socket.sendRingEntries)) tumem(id:\(memory.id),size:\(memory.bytes),"
        + "num_pages:\(memory.pageCount),chunk_size:\(memory.chunkBytes),headroom:\(memory.headroomBytes),"
        + "ifindex:\(memory.queue.interfaceIndex),qid:\(memory.queue.number),zc:0,refs:\(memory.references)) "
        + "fr\(entries(socket.fillRingEntries)) cr\(entries(socket.completionRingEntries)) "
        + "stats(rx dropped:\(figures.receiveDropped),rx invalid:\(figures.receiveInvalid),"
        + "rx queue full:\(figures.receiveRingFull),rx fill ring empty:\(figures.fillRingEmpty),"
        + "tx invalid:\(figures.sendInvalid),tx ring empty:\(figures.sendRingEmpty))"
    }
  }

  @Test(arguments: Guest.all) func tipcSocketsAreThoseOfSS(_ guest: Guest) throws {
    try Self.compare(guest, "tipc", atLeast: 4) { socket, _ in
      guard let socket = socket.tipc else { return nil }
      let types = [SocketType.stream: "STREAM", .datagram: "DGRAM", .reliableDatagram: "RDM"]
      let end = { (address: TIPCAddress) in "\(address.node):\(address.reference)" }
      let service = socket.connection?.service
      return [
        Self.state(socket.state), "0 0", end(socket.local), socket.connection.map { end($0.peer) } ?? "-",
        "type:\(socket.type.flatMap { types[$0] } ?? "SEQPACKET") cong:none drop:\(socket.statistics?.drops ?? 0)",
        socket.hasPublications ? "publ" : "", service.map { "via {\($0.type),\($0.instance)}" } ?? "",
      ].joined(separator: " ")
    }
  }
}
