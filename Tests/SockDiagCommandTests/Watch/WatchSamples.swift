import SockDiag

@testable import SockDiagCommand

/// Samples as a look would find them, for views without a kernel.
enum WatchSamples {
  static let names = InterfaceNames([1: "lo", 2: "eth0"])

  /// A connection or a listener.
  static func row(
    _ key: UInt64, _ local: String, _ port: Int, _ remote: String, _ remotePort: Int, state: String = "established",
    protocol transport: String = "tcp", queues: (Int, Int) = (0, 0), in received: Double? = 0, out sent: Double? = 0,
    rtx: Double? = 0, rtt: Int? = nil, age: Int = 90, isOlder: Bool = true, change: SocketChange = .changed
  ) throws -> WatchRow {
    let family = local.contains(":") ? "inet6" : "inet"
    let socket = try Samples.socket(
      """
      {"protocol": "\(transport)", "family": "\(family)", "state": "\(state)", "local": {"address": "\(local)", \
      "port": \(port)}, "remote": {"address": "\(remote)", "port": \(remotePort)}, "cookie": "\(key)", "uid": 0, \
      "inode": \(key + 1000), "receive_queue": \(queues.0), "send_queue": \(queues.1)}
      """)
    var row = WatchRow(key: key, socket: socket, change: change)
    row.isOlder = isOlder
    row.figures = WatchFigures(
      received: received, sent: sent, retransmitted: rtx, roundTrip: rtt.map { .microseconds($0) }, age: .seconds(age),
      queue: WatchFigures.queue(of: socket))
    for step in 0..<12 { row.history.append((row.figures.rate ?? 0) * Double((step * 7 + Int(key)) % 5)) }
    return row
  }

  /// A busy server.
  static var rows: [WatchRow] {
    get throws {
      [
        try row(1, "10.0.0.5", 443, "203.0.113.77", 50_312, in: 1234, out: 8_765_432, rtx: 12.4, rtt: 48_211),
        try row(2, "10.0.0.5", 443, "198.51.100.3", 41_000, queues: (0, 131_072), in: 300, out: 912_345, rtt: 920),
        try row(
          3, "2001:db8::5", 443, "2001:db8:1234:5678:9abc:def0:1234:5678", 65_535, queues: (70_000, 0), in: 65_432,
          out: 12, rtx: 0.5, rtt: 151_000, age: 12, isOlder: false),
        try row(
          4, "10.0.0.5", 443, "203.0.113.9", 1025, in: 900, out: 70_000, rtt: 1254, age: 1, isOlder: false,
          change: .appeared),
        try row(5, "10.0.0.5", 51_234, "10.0.0.9", 5432, in: 12, out: 12_000, rtt: 80, age: 100_000, change: .ended),
        try row(6, "10.0.0.5", 22, "192.0.2.1", 60_000, state: "close-wait", age: 7200),
        try row(7, "127.0.0.53", 53, "0.0.0.0", 0, state: "close", protocol: "udp", in: nil, out: nil, rtx: nil),
        try row(
          8, "0.0.0.0", 443, "0.0.0.0", 0, state: "listen", queues: (128, 128), in: nil, out: nil, rtx: nil),
        try row(9, "::", 8080, "::", 0, state: "listen", queues: (3, 4096), in: nil, out: nil, rtx: nil),
      ]
    }
  }

  static func sample(
    _ rows: [WatchRow], number: Int = 2, for request: WatchRequest, remarks: [String] = []
  ) -> WatchSample {
    var sample = WatchSample(number: number, time: Timestamp(seconds: 1_790_000_000, milliseconds: 42))
    sample.elapsed = number == 1 ? nil : .seconds(1)
    for row in rows where !row.hasEnded { sample.totals.count(row.socket.state) }
    sample.totals.count(.established, 1200)
    sample.totals.count(.timeWait, 87)
    sample.totals.appeared = rows.count { $0.change == .appeared }
    sample.totals.ended = rows.count(where: \.hasEnded)
    sample.totals.traffic.bytesReceived = 67_878
    sample.totals.traffic.bytesAcknowledged = 9_759_789
    sample.totals.traffic.segmentsRetransmitted = 13
    for step in 0..<20 {
      sample.received.append(Double(step * 13 % 7))
      sample.sent.append(Double(step))
    }
    sample.rows = rows.map { row in
      var row = row
      row.score = request.score(row.figures)
      return row
    }.sorted(by: TopRows.precedes)
    sample.remarks = remarks
    return sample
  }

  /// Groups as another look would find them.
  static func groups(_ grouping: Grouping, for request: WatchRequest) throws -> WatchSample {
    var sample = sample([], for: request)
    sample.grouping = grouping
    let busy = try rows
    let names: [(GroupName, Int)] = [
      (.port(443, .tcp), 1), (.port(22, .tcp), 6), (.port(8080, .tcp), 9), (.port(53, .udp), 7),
      (.none("no port"), 2),
    ]
    sample.groups = names.map { name, key in
      var sums = SummaryGroup()
      for row in busy where row.key % 5 == UInt64(key % 5) { sums.add(row.socket) }
      var group = WatchGroup(name, sums, elapsed: .seconds(1))
      (group.figures.received, group.figures.sent) = (Double(key * 1000), 12_345)
      group.score = request.score(group.figures)
      for step in 0..<12 { group.history.append(Double(step * key % 4)) }
      return group
    }.sorted(by: WatchGroup.precedes)
    return sample
  }

  /// A filter that knows the words of `ss`, on no host.
  static let filter = WatchFilter { text throws(WatchFilter.Fault) in
    do throws(FilterError) {
      return try Selection(states: [.tcp: .all], family: nil, filter: SocketFilter(text), details: .tcpInfo)
    } catch {
      throw WatchFilter.Fault(position: error.column - 1, message: error.explanation)
    }
  }

  /// A view before its first sample.
  static func emptyModel(
    filterText: String = "", order: WatchOrder = .rate, showsNamespaces: Bool = false
  ) throws -> WatchModel {
    var request = WatchRequest(selection: try filter.selection(filterText), interval: .seconds(1))
    request.order = order
    return WatchModel(
      request, filterText: filterText, filter: filter, interfaces: names, showsNamespaces: showsNamespaces)
  }

  /// A view with a sample of the busy server, drawn once so that it knows its size.
  static func model(
    filterText: String = "", order: WatchOrder = .rate, remarks: [String] = [], columns: Int = 80, rows: Int = 24
  ) throws -> WatchModel {
    var model = try emptyModel(filterText: filterText, order: order)
    model.take(sample(try Self.rows, for: model.request, remarks: remarks))
    model.take(owners: owners, failure: nil)
    _ = WatchDrawing.frame(&model, columns: columns, rows: rows)
    return model
  }

  static var owners: [UInt64: WatchOwner] {
    var owners: [UInt64: WatchOwner] = [:]
    for key in [1, 2, 3, 4, 8] as [UInt64] {
      owners[key] = WatchOwner(label: Array("nginx(812)+3".utf8), details: Array("\nprocess pid=812 fd=6".utf8))
    }
    owners[5] = WatchOwner(label: Array("postgres-exporter(4711)".utf8))
    owners[7] = WatchOwner(label: Array("systemd-resolve(77)".utf8))
    return owners
  }
}
