import FoundationEssentials
import SockDiagTestKit
import SockDiagWire
import Testing

/// Captures of a real big-endian machine, compared with the output of its own `ss`.
@Suite struct BigEndianHostTests {
  /// A line of `ss -tuanieom`: columns, and figures after a name and a colon.
  private struct Row {
    var columns: [String]

    init(_ line: Substring) { columns = line.split(separator: " ").map(String.init) }

    func figure(_ name: String) -> String? {
      columns.first { $0.hasPrefix(name + ":") }.map { String($0.dropFirst(name.count + 1)) }
    }

    /// The numbers of `skmem:(r0,rb131072,…)`, in its order.
    var memory: [UInt32] {
      (figure("skmem") ?? "").split(separator: ",").compactMap { UInt32($0.filter(\.isNumber)) }
    }
  }

  private static func rows() throws -> [Row] {
    let files = Fixtures.files(below: "captures/linux-6.1-s390x", withExtension: "txt")
    let text =
      try files.first { $0.lastPathComponent == "sockets.ss.txt" }.map {
        String(decoding: try Fixtures.bytes($0), as: UTF8.self)
      } ?? ""
    return text.split(separator: "\n").map(Row.init)
  }

  private static func sockets(_ suffix: String) throws -> [InetSocket] {
    let files = Fixtures.files(below: "captures/linux-6.1-s390x", withExtension: suffix)
    return try files.filter { $0.lastPathComponent == "sockets.\(suffix)" }.flatMap { url in
      let bytes = try Fixtures.bytes(url)
      return try CaptureDecoder.sockets(in: bytes.span).sockets.compactMap(\.inet)
    }
  }

  @Test(arguments: ["pcap", "ss-D"]) func captureEqualsTheOutputOfItsOwnSS(_ suffix: String) throws {
    let sockets = try Self.sockets(suffix)
    let rows = try Self.rows()
    #expect(rows.count == 14)
    var compared = 0
    for row in rows where suffix == "pcap" || row.columns[0] == "tcp" {
      let cookie = try #require(row.figure("sk").flatMap { UInt64($0, radix: 16) })
      // Several dumps contain it, some without details. `ss` printed the last one with the most details.
      let same = sockets.filter { $0.cookie?.rawValue == cookie }
      let socket = try #require(same.last { $0.socketMemory != nil } ?? same.last, "cookie \(cookie)")
      compared += 1
      #expect(socket.protocol.description == row.columns[0])
      #expect(socket.state == SocketState(name: row.columns[1]))
      #expect([String(socket.receiveQueue), String(socket.sendQueue)] == Array(row.columns[2...3]))
      #expect(row.columns[4].hasSuffix(":\(socket.local.port)"))
      #expect(row.columns[5].hasSuffix(socket.remote.port == 0 ? ":*" : ":\(socket.remote.port)"))
      #expect(row.columns[4].hasPrefix("*:") || row.columns[4].contains("\(socket.local.address)"))
      #expect(row.figure("ino").flatMap(UInt32.init) == socket.inode)
      #expect(socket.mark ?? 0 == (row.figure("fwmark") == "0x2a" ? 42 : 0))
      #expect(row.figure("v6only").map { $0 == "1" } == (socket.state == .listen ? socket.isV6Only : nil))
      if suffix == "pcap", !row.memory.isEmpty { try Self.compareDetails(socket, row) }
    }
    #expect(compared == (suffix == "pcap" ? 14 : 12))
  }

  private static func compareDetails(_ socket: InetSocket, _ row: Row) throws {
    let memory = try #require(socket.socketMemory)
    #expect(
      row.memory == [
        memory.receiveAllocated, memory.receiveBuffer, memory.sendAllocated, memory.sendBuffer,
        memory.forwardAllocated, memory.sendQueued, memory.optionMemory, memory.backlog ?? 0, memory.drops ?? 0,
      ])
    guard socket.protocol == .tcp, let info = socket.tcpInfo else { return }
    #expect(row.figure("cwnd").flatMap(UInt32.init) == info.congestionWindow)
    #expect(row.columns.contains(try #require(socket.congestion)))
    guard socket.state != .listen else { return }
    let scales = "\(info.sendWindowScale ?? 0),\(info.receiveWindowScale ?? 0)"
    #expect(row.figure("wscale") == scales)
    #expect(row.figure("mss").flatMap(UInt32.init) == info.sendSegmentSize)
    #expect(row.figure("pmtu").flatMap(UInt32.init) == info.pathMTU)
    #expect(row.figure("rto").flatMap(Int64.init).map { Duration.milliseconds($0) } == info.retransmitTimeout)
    #expect(row.figure("bytes_received").flatMap(UInt64.init) ?? 0 == info.bytesReceived)
    #expect(row.figure("bytes_acked").flatMap(UInt64.init) ?? 0 == info.bytesAcknowledged)
    #expect(row.columns.contains("app_limited") == (info.isDeliveryRateAppLimited == true))
  }
}
