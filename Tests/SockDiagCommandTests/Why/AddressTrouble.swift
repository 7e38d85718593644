import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// A veth pair, `v0` and `v1`, with both ends in one namespace, and addresses that `v0` cannot use for different
/// reasons.
enum AddressTrouble: CaseIterable {
  /// The check takes longer than any test.
  case tentative
  /// The check cannot start.
  case down
  case duplicate
  case refusesIPv6, loopbackRefusesIPv6
  case onOtherInterface
  case absent

  static var isPossible: Bool { LabNamespace.isPermitted && LabNamespace.hasProgram("ip") }

  /// The arguments for a question about the address.
  var question: [String] {
    switch self {
    case .loopbackRefusesIPv6: ["[::1]:53"]
    // Global addresses belong to the host, not to an interface.
    case .onOtherInterface: ["[::1]:53", "--device", "v0"]
    case .refusesIPv6: ["[\(Self.address)]:53", "--device", "v0"]
    default: ["[\(Self.address)]:53"]
    }
  }

  static let address = "2001:db8::2"

  /// Builds the situation, and waits until the kernel shows it.
  func build(in laboratory: Laboratory) throws {
    let namespace = laboratory.namespace
    try Self.run("ip link add v0 type veth peer name v1", in: laboratory)
    try namespace.set("net.ipv6.conf.v0.dad_transmits", to: self == .tentative ? 1000 : 1)
    if self != .down { try Self.run("ip link set v0 up && ip link set v1 up", in: laboratory) }
    switch self {
    case .tentative, .down: try Self.run("ip address add \(Self.address)/64 dev v0", in: laboratory)
    case .duplicate:
      try Self.run("ip address add \(Self.address)/64 dev v1 nodad", in: laboratory)
      try Self.run("ip address add \(Self.address)/64 dev v0", in: laboratory)
      try Self.wait(for: "dadfailed", on: "v0", in: laboratory)
      // The other host gives up the address.
      try Self.run("ip address del \(Self.address)/64 dev v1", in: laboratory)
    case .refusesIPv6: try namespace.set("net.ipv6.conf.v0.disable_ipv6", to: 1)
    case .loopbackRefusesIPv6: try namespace.set("net.ipv6.conf.lo.disable_ipv6", to: 1)
    case .onOtherInterface, .absent: break
    }
  }

  static func run(_ line: String, in laboratory: Laboratory) throws {
    let result = try laboratory.namespace.run(["sh", "-c", line])
    guard result.status == 0 else { throw Tool.Failure(what: "\(line): \(result.errorText)") }
  }

  /// Waits until an address of an interface is shown with a given word.
  static func wait(for word: String, on interface: String, in laboratory: Laboratory) throws {
    try settle("\(word) on \(interface)") {
      try laboratory.namespace.run(["ip", "-6", "address", "show", "dev", interface]).outputText.contains(word)
    }
  }

  static func settle(_ fact: String, _ isSo: () throws -> Bool) throws {
    let deadline = ContinuousClock.now + .seconds(40)
    while try !isSo() {
      guard ContinuousClock.now < deadline else { throw Tool.Failure(what: "never: \(fact)") }
    }
  }
}
