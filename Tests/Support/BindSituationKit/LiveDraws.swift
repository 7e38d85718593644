package import BindDiagnosis
internal import Foundation
package import SockDiag
package import SockDiagTestKit
package import SocketLaboratory
internal import SocketLaboratoryKit

extension SeededGenerator {
  /// True in this many percent of cases.
  package mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

  /// One of several values; there must be at least one.
  package mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int.random(in: 0..<elements.count, using: &self)]
  }

  /// SO_REUSEADDR and SO_REUSEPORT, each set or not at random.
  package mutating func sharing() -> BindOptions {
    var options: BindOptions = chance(50) ? .reuseAddress : []
    if chance(50) { options.insert(.reusePort) }
    return options
  }
}

/// The settings of random tests, from the environment.
package enum LiveSettings {
  /// The seed from SOCKDIAG_BIND_SEED, or a random one. Prints it.
  package static func seed(_ what: String) -> UInt64 {
    let given = ProcessInfo.processInfo.environment["SOCKDIAG_BIND_SEED"].flatMap(UInt64.init)
    let seed = given ?? UInt64.random(in: 0 ... .max)
    print("\(what): SOCKDIAG_BIND_SEED=\(seed)")
    return seed
  }

  /// The number of situations from SOCKDIAG_BIND_SITUATIONS, or 2,000; a fifth of them under a thread sanitizer.
  package static var count: Int {
    let given = ProcessInfo.processInfo.environment["SOCKDIAG_BIND_SITUATIONS"].flatMap(Int.init)
    return given ?? (LaboratoryBuild.isThreadSanitized ? 400 : 2000)
  }
}

/// The users that make sockets.
package enum LiveUser {
  package static let all: [UInt32] = [0, 1001, 1002]
}

extension LabAddress {
  package init(_ address: IPAddress) {
    let bytes = address.bytes
    self =
      address.family == .inet6 ? .v6(address.high, address.low) : .v4(bytes[0], bytes[1], bytes[2], bytes[3])
  }
}

extension IPAddress {
  /// The address of an endpoint; an IPv4-mapped address as IPv4.
  package init(_ endpoint: LabEndpoint) {
    let address = endpoint.address
    let isV4 = !address.isV6 || address.isMapped
    self =
      isV4 ? IPAddress(v4: UInt32(truncatingIfNeeded: address.low)) : IPAddress(v6: address.high, address.low)
  }

  /// An address from a literal that is known to be valid.
  package init(literal text: StaticString) {
    guard let address = IPAddress("\(text)") else { preconditionFailure("\(text) is not an address") }
    self = address
  }

  package static let loopbackV4 = IPAddress(literal: "127.0.0.1")
  package static let loopbackV6 = IPAddress(literal: "::1")
  /// The addresses of the device next to loopback.
  package static let deviceV4 = IPAddress(literal: "192.0.2.1")
  package static let deviceV6 = IPAddress(literal: "2001:db8::1")

  /// Addresses for sockets of the laboratory. Those that most often overlap appear most often.
  package static let ofLaboratory: [IPAddress] = [
    .anyV4, .anyV4, .anyV6, .anyV6, .anyV6, .loopbackV4, .loopbackV4, .loopbackV6, .loopbackV6,
    IPAddress(literal: "127.0.0.2"), IPAddress(literal: "127.0.0.6"), .deviceV4, .deviceV6,
    IPAddress(literal: "::ffff:0.0.0.0"), IPAddress(literal: "::ffff:127.0.0.1"),
    IPAddress(literal: "::ffff:127.0.0.6"),
  ]
}

/// The interfaces of a laboratory with a wire.
package enum LiveInterface: String {
  case loopback = "lo"
  case wire = "wire0"

  /// The index of the interface in the namespace of the calling thread.
  package var index: UInt32 {
    // SAFETY: a string that lives through the call.
    unsafe if_nametoindex(rawValue)
  }
}
