import Glibc
import SockDiag
import SockDiagTestKit
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// UDP-Lite, MPTCP and raw sockets of the running kernel, and values of BPF programs.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct OtherProtocolLiveTests {
  /// Protocols by their numbers in linux/in.h.
  private enum Number {
    static let udpLite: Int32 = 136
    static let mptcp: Int32 = 262
  }

  // MARK: UDP-Lite

  /// `ss` does not list UDP-Lite.
  @Test(.enabled(if: PlainSockets.canOpen(SOCK_DGRAM, Number.udpLite), "needs UDP-Lite, which left Linux in 7.1"))
  func udpLiteEqualsTheTableOfTheKernel() async throws {
    let complaints = try await Laboratory.withNew { _ in
      var sockets = PlainSockets()
      let first = try sockets.open(SOCK_DGRAM, Number.udpLite)
      try sockets.bind(first, 5000)
      let second = try sockets.open(SOCK_DGRAM, Number.udpLite)
      try sockets.bind(second, 5001)
      try sockets.connect(second, 5000)
      try sockets.send(second, count: 300)
      let third = try sockets.open(v6: true, SOCK_DGRAM, Number.udpLite)
      try sockets.bind(third, v6: true, 5002)
      var inspector = try SocketInspector()
      var complaints = try settled {
        let ours = try inspector.dump(SocketQuery(.udpLite)).sockets.map(Self.columns)
        let table = try ProcNet.dump(SocketQuery(.udpLite)).sockets.map(Self.columns)
        return rowDifferences(ours, table) + (ours.count == 3 ? [] : ["\(ours.count) sockets"])
      }
      let filtered = try inspector.dump(SocketQuery(.udpLite, matching: "dport = :5000")).sockets
      if filtered.map(\.local.port) != [5001] { complaints.append("filter: \(filtered)") }
      let found = try inspector.socket(.udpLite, local: "127.0.0.1:5001", remote: "127.0.0.1:5000")
      if found?.cookie != filtered.first?.cookie || found == nil { complaints.append("look-up: \(found as Any)") }
      if let found {
        // udplite_prot has no `diag_destroy` (net/ipv4/udplite.c).
        do throws(SockDiagError) {
          try inspector.destroy(found)
          complaints.append("destroyed")
        } catch {
          if error.code != .undestroyableProtocol { complaints.append("destroy: \(error)") }
        }
        if try inspector.current(found) == nil { complaints.append("the socket is gone") }
      }
      _ = consume sockets
      return complaints
    }
    #expect(complaints.isEmpty, "\(complaints)")
  }

  private static func columns(_ socket: InetSocket) -> String {
    "\(socket.state) \(socket.receiveQueue) \(socket.sendQueue) \(socket.local) \(socket.remote) \(socket.inode)"
  }

  // MARK: MPTCP

  /// The words of `ss -i` for a connection, each with the value that our record has.
  private static func word(_ key: Substring, of info: MPTCPInfo) -> String? {
    let value: UInt64?
    switch key {
    case "token": return info.token.map { String($0, radix: 16) }
    case "write_seq": value = info.writeSequence
    case "snd_una": value = info.firstUnacknowledged
    case "rcv_nxt": value = info.receiveSequence
    case "subflows": value = info.additionalSubflows.map(UInt64.init)
    case "subflows_max": value = info.maximumAdditionalSubflows.map(UInt64.init)
    case "subflows_total": value = info.totalSubflows.map(UInt64.init)
    case "bytes_sent": value = info.bytesSent
    case "bytes_received": value = info.bytesReceived
    case "bytes_acked": value = info.bytesAcknowledged
    case "bytes_retrans": value = info.bytesRetransmitted
    case "add_addr_signal_max": value = info.maximumAnnouncedAddresses.map(UInt64.init)
    case "add_addr_accepted_max": value = info.maximumAcceptedAddresses.map(UInt64.init)
    case "local_addr_max": value = info.maximumLocalAddresses.map(UInt64.init)
    default: return nil
    }
    return value.map { String($0) }
  }

  /// The complaints about one row of `ss -M -n -e -i -O`.
  private static func complaints(_ line: Substring, _ sockets: [InetSocket]) -> [String] {
    let words = line.split(separator: " ")
    guard words.count >= 5, let socket = sockets.first(where: { words[3] == $0.localText && words[4] == peer(of: $0) })
    else { return ["not listed: \(line)"] }
    var complaints: [String] = []
    let state = ["ESTAB": SocketState.established, "LISTEN": .listen][words[0]]
    if state != socket.state { complaints.append("state of \(line): \(socket.state)") }
    if words[1] != "\(socket.receiveQueue)" || words[2] != "\(socket.sendQueue)" {
      complaints.append("queues of \(line): \(socket.receiveQueue) \(socket.sendQueue)")
    }
    for word in words.dropFirst(5) {
      let parts = word.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      switch parts[0] {
      case "ino" where parts[1] != "\(socket.inode)", "sk" where parts[1] != cookie(of: socket):
        complaints.append("\(word) of \(line): \(socket.inode), \(cookie(of: socket))")
      case "ino", "sk", "cgroup", "skmem", "v6only", "last_data_sent", "last_data_recv", "last_ack_recv": break
      case let key:
        let ours = socket.mptcpInfo.flatMap { Self.word(key, of: $0) }
        // Some releases of ss print sequence numbers in hexadecimal digits.
        let inHexadecimal = ours.flatMap { UInt64($0) }.map { String($0, radix: 16) }
        if ours != String(parts[1]), !key.contains("_") || inHexadecimal != String(parts[1]) {
          complaints.append("\(word) of \(line): \(ours ?? "absent")")
        }
      }
    }
    return complaints
  }

  private static func peer(of socket: InetSocket) -> String {
    socket.remote.port == 0 ? (socket.family == .inet ? "0.0.0.0:*" : "[::]:*") : socket.remoteText
  }

  private static func cookie(of socket: InetSocket) -> String { String(socket.cookie?.rawValue ?? 0, radix: 16) }

  /// Makes a listener and a connection with data, and passes on the descriptor of the listener.
  private static func withConnection<Result>(_ body: () throws -> Result) throws -> Result {
    var sockets = PlainSockets()
    let listener = try sockets.open(SOCK_STREAM, Number.mptcp)
    try sockets.bind(listener, 4430)
    try sockets.listen(listener)
    let client = try sockets.open(SOCK_STREAM, Number.mptcp)
    try sockets.connect(client, 4430)
    let server = try sockets.accept(listener)
    try sockets.send(client, count: 1000)
    try sockets.send(server, count: 70)
    let result = try body()
    _ = consume sockets
    return result
  }

  @Test func everyRowOfMPTCPIsThatOfSS() async throws {
    let complaints = try await Laboratory.withNew { laboratory in
      try Self.withConnection {
        try settled {
          var inspector = try SocketInspector()
          let sockets = try inspector.dump(SocketQuery(.mptcp, states: .all, details: .tcpInfo)).sockets
          let result = try laboratory.namespace.run(["ss", "-H", "-M", "-n", "-a", "-e", "-i", "-O"])
          let lines = result.outputText.split(separator: "\n")
          return lines.flatMap { Self.complaints($0, sockets) }
            + (lines.count == sockets.count && lines.count == 3 ? [] : ["\(sockets.count) sockets, ss: \(lines.count)"])
        }
      }
    }
    #expect(complaints.isEmpty, "\(complaints)")
  }

  @Test func subflowsAreJoinedAndFoundByToken() async throws {
    let (connections, found, absent, filtered) = try await Laboratory.withNew { _ in
      try Self.withConnection {
        var inspector = try SocketInspector()
        let connections = try inspector.multipathConnections()
        let found = try connections.map { try $0.token.flatMap { try inspector.socket(mptcpToken: $0)?.cookie } }
        let filtered = try inspector.multipathConnections(matching: .localPort == 4430)
        return (connections, found, try inspector.socket(mptcpToken: 0), filtered)
      }
    }
    #expect(connections.count == 2)
    for connection in connections {
      #expect(connection.subflows.map(\.local) == [connection.socket.local])
      #expect(connection.subflows.map(\.remote) == [connection.socket.remote])
    }
    #expect(found == connections.map(\.socket.cookie))
    #expect(absent == nil)
    #expect(filtered.map(\.socket.local.port) == [4430])
  }

  @Test func mptcpSocketCannotBeDestroyed() async throws {
    let error: SockDiagError? = try await Laboratory.withNew { _ in
      try Self.withConnection {
        var inspector = try SocketInspector()
        guard let socket = try inspector.dump(SocketQuery(.mptcp)).sockets.first else { return nil }
        do throws(SockDiagError) {
          try inspector.destroy(socket)
          return nil
        } catch {
          return error
        }
      }
    }
    #expect(error?.code == .undestroyableProtocol)
  }

  // MARK: Raw sockets

  /// On a kernel without handler for raw sockets both read `/proc/net`.
  @Test func everyRowOfRawSocketsIsThatOfSS() async throws {
    let complaints = try await Laboratory.withNew { laboratory in
      var sockets = PlainSockets()
      for (v6, number) in [(false, Int32(1)), (false, 89), (true, 58), (true, 89)] {
        let descriptor = try sockets.open(v6: v6, SOCK_RAW, number)
        if number == 89 { try sockets.bind(descriptor, v6: v6, 0) }
        if number == 89, v6 { try sockets.connect(descriptor, v6: true, 0) }
      }
      let complaints = try settled {
        var inspector = try SocketInspector()
        let ours = try inspector.dump(SocketQuery(.raw)).sockets.map { socket in
          let isAny = socket.local.address == .anyV6
          let local = isAny ? "*:\(socket.local.port)" : "\(socket.local)"
          let peer =
            socket.remote.address == .anyV6
            ? "*:*" : socket.family == .inet6 ? "[\(socket.remote.address)]:*" : "\(socket.remote.address):*"
          let state = socket.state == .close ? "UNCONN" : "ESTAB"
          return "\(state) \(socket.receiveQueue) \(socket.sendQueue) \(local) \(peer)"
        }
        let result = try laboratory.namespace.run(["ss", "-H", "-n", "-w", "-a"])
        let theirs = result.outputText.split(separator: "\n").map {
          $0.split(separator: " ").prefix(5).joined(separator: " ")
        }
        return rowDifferences(ours, theirs) + (ours.count == 4 ? [] : ["\(ours.count) sockets"])
      }
      _ = consume sockets
      return complaints
    }
    #expect(complaints.isEmpty, "\(complaints)")
  }

  // MARK: Values of BPF programs

  @Test(.enabled(if: StorageMap.isPermitted, "needs the right to make BPF maps"))
  func valuesThatProgramsStoredAreReported() async throws {
    typealias Outcome = (
      ids: [UInt32], storages: [[SocketStorage]], without: [SocketStorage], list: String, capture: String
    )
    let outcome: Outcome = try await Laboratory.withNew { laboratory in
      let first = try StorageMap()
      let second = try StorageMap()
      var sockets = PlainSockets()
      let listener = try sockets.open(SOCK_STREAM, 0)
      try sockets.bind(listener, 8080)
      try sockets.listen(listener)
      let datagram = try sockets.open(SOCK_DGRAM, 0)
      try sockets.bind(datagram, 8080)
      try first.store(0x0102_0304, withSocket: listener)
      try second.store(7, withSocket: listener)
      try second.store(9, withSocket: datagram)
      var inspector = try SocketInspector()
      var storages: [[SocketStorage]] = []
      for query in [SocketQuery(.tcp, states: .listen), SocketQuery(.udp)] {
        var query = query
        query.includesStorages = true
        storages += try inspector.dump(query).sockets.map(\.storages)
      }
      let without = try inspector.dump(SocketQuery(.tcp, states: .listen)).sockets.flatMap(\.storages)
      func run(_ arguments: String...) throws -> String {
        let result = try laboratory.namespace.run([CommandUnderTest.path] + arguments)
        guard result.status == 0 else { throw CommandUnderTest.Failure(arguments, result) }
        return result.outputText
      }
      let list = try run("list", "-tulbHO")
      let capture = try RecordingTests.withFile { path in
        _ = try run("record", path, "-tl")
        return try run("decode", path, "-bHO")
      }
      _ = consume sockets
      return ([first.id, second.id], storages, without, list, capture)
    }
    let value = { (number: UInt32) in (0..<4).map { UInt8(truncatingIfNeeded: number.littleEndian >> UInt32(8 * $0)) } }
    #expect(outcome.storages.count == 2)
    #expect(
      Set(outcome.storages.first ?? []) == [
        SocketStorage(mapID: outcome.ids[0], value: value(0x0102_0304)),
        SocketStorage(mapID: outcome.ids[1], value: value(7)),
      ])
    // Of sockets without connections the kernel reports none.
    #expect(outcome.storages.last == [])
    #expect(outcome.without.isEmpty)
    for text in [outcome.list, outcome.capture] {
      let fourBytes = value(0x0102_0304).map { "0\($0)" }.joined()
      #expect(text.contains("  bpf map_id=\(outcome.ids[0]) value=\(fourBytes)"), "\(text)")
      #expect(text.ranges(of: "map_id=").count == 2)
    }
  }
}
