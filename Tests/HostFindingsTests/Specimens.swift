import FoundationEssentials
import HostFindings
import SockDiag

/// Sockets for rules, decoded from JSON.
enum Specimen {
  static func socket(
    _ state: String, _ local: SocketAddress, _ remote: SocketAddress? = nil, inode: UInt32 = 1, uid: UInt32 = 0,
    queues: (receive: UInt32, send: UInt32) = (0, 0), lastAcknowledgement: Int? = nil, interface: UInt32 = 0,
    v6Only: Bool? = nil, source: String = "sock_diag"
  ) throws -> InetSocket {
    let remote = remote ?? SocketAddress(local.address.family == .inet ? .anyV4 : .anyV6, port: 0)
    let family = local.address.family
    var members = [
      "\"protocol\":\"tcp\"", "\"family\":\"\(family)\"", "\"state\":\"\(state)\"", "\"local\":\(end(local))",
      "\"remote\":\(end(remote))", "\"inode\":\(inode)", "\"receive_queue\":\(queues.receive)",
      "\"send_queue\":\(queues.send)", "\"interface\":\(interface)",
    ]
    if state != "time-wait" { members.append("\"uid\":\(uid)") }
    if let v6Only { members.append("\"v6only\":\(v6Only)") }
    if source != "sock_diag" { members.append("\"source\":\"\(source)\"") }
    if let lastAcknowledgement {
      members.append("\"tcp_info\":{\"last_ack_recv_ms\":\(lastAcknowledgement),\"byte_count\":104}")
    }
    return try JSONDecoder().decode(InetSocket.self, from: Data("{\(members.joined(separator: ","))}".utf8))
  }

  private static func end(_ end: SocketAddress) -> String { "{\"address\":\"\(end.address)\",\"port\":\(end.port)}" }

  /// Connections to one destination from the first ports of a range.
  static func connections(
    _ count: Int, from source: String = "10.0.0.1", to remote: SocketAddress = "10.0.0.9:443",
    ports start: UInt16 = 1000, state: String = "established"
  ) throws -> [InetSocket] {
    try (0..<count).map { index in
      let address = try Specimen.address(source)
      return try socket(state, SocketAddress(address, port: start + UInt16(index)), remote, inode: 100 + UInt32(index))
    }
  }

  static func address(_ text: String) throws -> IPAddress {
    guard let address = IPAddress(text) else { throw Failure() }
    return address
  }

  struct Failure: Error {}
}

extension HostFacts {
  /// Facts about a host with a range of ports.
  static func ports(_ range: ClosedRange<UInt16>, reserved: PortSet = PortSet()) -> HostFacts {
    var facts = HostFacts()
    facts.settings.localPortRange = range
    facts.settings.reservedPorts = reserved
    facts.settings.timeWaitReuse = .loopback
    return facts
  }

  func findings(of rule: FindingRule, _ limits: FindingLimits = FindingLimits()) -> [Finding] {
    findings(limits).filter { $0.rule == rule }
  }
}
