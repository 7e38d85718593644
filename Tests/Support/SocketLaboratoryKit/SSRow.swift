public import SocketLaboratory

/// A row of `ss`. Tests compare the sockets of a namespace with these rows.
public struct SSRow: Sendable, Hashable {
  /// `tcp`, `udp` or `mptcp`.
  public var `protocol`: LabProtocol
  /// The state as `ss` spells it in output, such as `ESTAB`.
  public var state: String
  /// Bytes to read, or connections waiting.
  public var receiveQueue: Int
  /// Bytes unacknowledged, or the limit of the accept queue.
  public var sendQueue: Int
  /// The local address column.
  public var local: String
  /// The peer address column.
  public var remote: String
  /// Everything after the columns.
  public var details: String

  /// Reads a line of `ss -H -O -n` that begins with the protocol; `nil` if it is malformed.
  public init?(line: some StringProtocol) {
    let fields = line.split(separator: " ", maxSplits: 6)
    guard fields.count >= 6, let kind = LabProtocol(rawValue: String(fields[0])),
      let receive = Int(fields[2]), let send = Int(fields[3])
    else { return nil }
    self.protocol = kind
    state = String(fields[1])
    receiveQueue = receive
    sendQueue = send
    local = String(fields[4])
    remote = String(fields[5])
    details = fields.count > 6 ? String(fields[6]) : ""
  }
}

extension SSRow {
  /// Whether a process holds the socket. Rows in TIME_WAIT have no inode, and orphans have the inode 0.
  var hasInode: Bool { details.contains("ino:") && !" \(details) ".contains(" ino:0 ") }
}

extension LabNamespace {
  /// Runs `ss` in the namespace and returns all TCP, UDP and MPTCP sockets with all details.
  public func ss() throws -> [SSRow] {
    let result = try run(["ss", "-H", "-O", "-tuManeimo", "--tos", "--cgroup"])
    guard result.status == 0 else { throw LaboratoryError(.unsupported, "run ss: \(result.errorText)") }
    return try result.outputText.split(separator: "\n").map { line in
      guard let row = SSRow(line: Self.withoutStrayKeys(line)) else {
        throw LaboratoryError(.misuse, "read the ss row: \(line)")
      }
      return row
    }
  }
}

extension LabNamespace {
  /// Removes MD5 keys at the beginning of a row. `ss` 6.1 prints keys beyond its line buffer, so they appear in a later
  /// row.
  private static func withoutStrayKeys(_ line: Substring) -> Substring {
    let starts = ["tcp ", "udp ", "mptcp "].compactMap { line.firstRange(of: $0)?.lowerBound }
    return starts.min().map { line[$0...] } ?? line
  }
}

extension ExpectedSocket {
  /// Whether `ss` lists sockets of this kind at all.
  public var isShownBySS: Bool { state != .boundInactive }

  /// The differences between the row of `ss` and the expectation; empty if it is the expected socket.
  public func differences(from row: SSRow) -> [String] {
    var found: [String] = []
    func compare(_ name: String, _ want: String?, _ have: String) {
      if let want, want != have { found.append("\(name): \(have), expected \(want)") }
    }
    func require(_ fragment: String?) {
      // Fragments are whole words, so that a mark of 0x1 is not found in 0x10.
      if let fragment, !" \(row.details) ".contains(fragment) { found.append("\(fragment) missing in: \(row.details)") }
    }
    compare("protocol", `protocol`.rawValue, row.protocol.rawValue)
    compare("state", state.ssName, row.state)
    let isDual = !row.details.contains("v6only:1")
    compare("local", Self.text(of: local, device: device ?? local.interface, isDual: isDual), row.local)
    compare("remote", Self.text(of: remote, device: nil, isDual: isDual), row.remote)
    compare("receive queue", receiveQueue.map(String.init), String(row.receiveQueue))
    compare("send queue", sendQueue.map(String.init), String(row.sendQueue))
    require(timer.map { " timer:(\($0.rawValue)," })
    require(mark.map { " fwmark:0x\(String($0, radix: 16)) " })
    require(tos.map { " tos:0x\(String($0, radix: 16)) " })
    require(trafficClass.map { " tclass:0x\(String($0, radix: 16)) " })
    require(congestion.map { " \($0) " })
    require(isV6Only.map { " v6only:\($0 ? 1 : 0) " })
    require(cgroupPath.map { " cgroup:/\($0) " })
    require(shutdown.map { " \($0 & 1 == 0 ? "<" : "-")-\($0 & 2 == 0 ? ">" : "-") " })
    if let md5KeyCount {
      require(" md5keys:")
      let keys = row.details.split(separator: " ").first { $0.hasPrefix("md5keys:") }?.split(separator: ",").count
      compare("MD5 keys", String(md5KeyCount), String(keys ?? 0))
    }
    if hasDrops == true, row.details.contains(",d0)") { found.append("no drops in: \(row.details)") }
    if let isOrphan, isOrphan == row.hasInode { found.append("orphan or not: \(row.details)") }
    return found
  }

  /// The column's text. The any-address of both families is `*`, and that of an IPv6-only socket is `[::]`.
  private static func text(of endpoint: LabEndpoint, device: String?, isDual: Bool) -> String {
    let host =
      isDual && endpoint.address == .anyV6
      ? "*" : endpoint.address.isV6 ? "[\(endpoint.address)]" : "\(endpoint.address)"
    return host + (device.map { "%\($0)" } ?? "") + ":" + (endpoint.port == 0 ? "*" : String(endpoint.port))
  }
}

extension LabNamespace {
  /// The differences between `ss` and the expectation, one sentence each; empty if each expected socket has a row and
  /// there are no other rows. Sockets that `ss` never shows do not count.
  public func ssDisagreements(with expected: [ExpectedSocket]) throws -> [String] {
    var rows = Dictionary(grouping: try ss()) { $0.ports }
    var found: [String] = []
    for socket in expected where socket.isShownBySS {
      // Only rows with the same ports are compared, because there may be thousands of sockets.
      let candidates = rows[socket.ports] ?? []
      let differences = candidates.map { socket.differences(from: $0) }
      if let index = differences.firstIndex(of: []) {
        rows[socket.ports]?.remove(at: index)
      } else {
        let nearest = differences.min { $0.count < $1.count } ?? ["no row"]
        found.append("\(socket.protocol) \(socket.state) \(socket.local) \(socket.remote): \(nearest)")
      }
    }
    return found + rows.values.joined().map { "not expected: \($0)" }
  }
}

extension SSRow {
  fileprivate var ports: String {
    [local, remote].map { $0.split(separator: ":").last ?? "" }.joined(separator: " ")
  }
}

extension ExpectedSocket {
  fileprivate var ports: String {
    [local.port, remote.port].map { $0 == 0 ? "*" : String($0) }.joined(separator: " ")
  }
}

extension LabState {
  /// The spelling in the state column of `ss`.
  public var ssName: String {
    switch self {
    case .established: "ESTAB"
    case .close, .boundInactive: "UNCONN"
    default: description.uppercased()
    }
  }
}
