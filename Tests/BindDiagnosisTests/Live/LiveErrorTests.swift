import BindSituationKit
import SockDiag
import SockDiagTestKit
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import BindDiagnosis

/// Errors that come before EADDRINUSE, and their order, compared with the running kernel.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct LiveErrorTests {
  @Test func predictedErrorEqualsTheKernelsError() async throws {
    let seed = LiveSettings.seed("bind errors")
    let count = LiveSettings.count
    let tally = try await Laboratory.withNew { laboratory in
      _ = try laboratory.wire()
      var tally = Tally()
      var generator = SeededGenerator(seed: seed)
      for _ in 0..<count { try Self.tryOne(laboratory, &tally, &generator) }
      return tally
    }
    print(tally.answers.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))
    #expect(tally.complaints.isEmpty, "seed \(seed): \(tally.complaints.prefix(5).joined(separator: "\n"))")
    guard count >= 1000 else { return }
    for error in ["OK", "EADDRNOTAVAIL", "EACCES", "EINVAL", "ENODEV"] {
      #expect(tally.answers[error, default: 0] > 0, "\(error)")
    }
  }

  private struct Tally: Sendable {
    var answers: [String: Int] = [:]
    var complaints: [String] = []
  }

  /// Addresses, and the interfaces of the laboratory that have them.
  private static let places: [(IPAddress, at: Place)] = [
    (.anyV4, .everywhere), (.loopbackV4, .everywhere), (IPAddress(literal: "127.0.0.6"), .everywhere),
    (.deviceV4, .everywhere), (IPAddress(literal: "192.0.2.255"), .everywhere),
    (IPAddress(literal: "255.255.255.255"), .everywhere), (IPAddress(literal: "224.0.0.1"), .everywhere),
    (IPAddress(literal: "198.51.100.1"), .nowhere), (.anyV6, .everywhere), (.loopbackV6, .on(.loopback)),
    (.deviceV6, .everywhere), (IPAddress(literal: "2001:db8:1::1"), .nowhere),
    (IPAddress(literal: "fe80::1"), .on(.wire)), (IPAddress(literal: "fe80::2"), .nowhere),
    (IPAddress(literal: "ff02::1"), .everywhere), (IPAddress(literal: "ff01::1"), .everywhere),
    (IPAddress(literal: "ff0e::1"), .everywhere), (IPAddress(literal: "::ffff:0.0.0.0"), .everywhere),
    (IPAddress(literal: "::ffff:127.0.0.1"), .everywhere), (IPAddress(literal: "::ffff:198.51.100.1"), .nowhere),
    (IPAddress(literal: "::ffff:224.0.0.1"), .everywhere),
  ]

  private enum Place: Equatable {
    case everywhere, nowhere
    case on(LiveInterface)
  }

  private static func tryOne(
    _ laboratory: Laboratory, _ tally: inout Tally, _ generator: inout SeededGenerator
  ) throws {
    let namespace = laboratory.namespace
    var plan = SocketPlan(generator.chance(50) ? .tcp : .udp, using: &generator)
    let (address, place) = generator.pick(places)
    plan.address = address
    plan.options = address.family == .inet6 && generator.chance(30) ? .v6Only : []
    if generator.chance(15) { plan.options.insert(generator.pick([.freebind, .transparent])) }
    let port = generator.pick([79, 80, 81, 1023, 1024, 7000] as [UInt16])
    let scope = generator.pick([0, 0, LiveInterface.loopback.index, LiveInterface.wire.index, 9999] as [UInt32])
    let mayBindLowPorts = generator.chance(50)
    let firstFree = generator.pick([0, 80, 1024])
    let (nonlocalV4, nonlocalV6) = (generator.chance(15), generator.chance(15))
    try namespace.set("net.ipv4.ip_unprivileged_port_start", to: firstFree)
    try namespace.set("net.ipv4.ip_nonlocal_bind", to: nonlocalV4 ? 1 : 0)
    try namespace.set("net.ipv6.ip_nonlocal_bind", to: nonlocalV6 ? 1 : 0)

    var request = plan.request(port)
    request.scopeID = address.family == .inet6 ? scope : 0
    request.mayBindPrivilegedPorts = mayBindLowPorts
    let interface = request.effectiveInterfaceIndex
    let isLocal =
      switch place {
      case .everywhere: true
      case .nowhere: false
      case .on(let own): interface == 0 || interface == own.index
      }
    let conditions = BindConditions(
      isAddressLocal: isLocal, isInterfaceKnown: interface != 9999,
      allowsNonlocalBind: address.unmapped.family == .inet ? nonlocalV4 : nonlocalV6,
      unprivilegedPortStart: UInt16(firstFree))
    let prediction = BindRule.predict(request, beside: [], under: conditions)

    let socket = try plan.make(in: laboratory)
    defer { socket.close() }
    let endpoint = LabEndpoint(LabAddress(address), port, scopeID: request.scopeID)
    func bind() throws -> BindErrno? { try BindErrno.answer { try socket.bind(to: endpoint) } }
    var answer: BindErrno?
    // There are no other programs here, so a port can be in use only by a copy of an earlier socket in a child that is
    // being started.
    _ = try settled {
      answer = mayBindLowPorts ? try bind() : try namespace.withoutLowPorts(bind)
      return answer == .addressInUse ? ["\(endpoint)"] : []
    }
    tally.answers[answer.map { "\($0)" } ?? "OK", default: 0] += 1
    guard prediction.bind != answer.map({ .fails($0) }) ?? .succeeds else { return }
    tally.complaints.append("\(request) under \(conditions): \(prediction.bind), the kernel: \(answer as Any)")
  }
}
