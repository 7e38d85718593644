import BindDiagnosis
import BindSituationKit
import Glibc
import SockDiag
import SockDiagWire
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// How the kernel treats an address, found out without taking a port.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make namespaces"))
struct AddressStandingTests {
  @Test(arguments: [TransportProtocol.tcp, .udp])
  func addressStandingIsThatOfTheKernel(_ transport: TransportProtocol) async throws {
    try await Laboratory.withNew { (laboratory: Laboratory) throws in
      _ = try laboratory.wire()
      let addresses: [(LabAddress, AddressStanding)] = [
        (.anyV4, .usable), (.loopbackV4, .usable), (.v4(127, 1, 2, 3), .usable), (Wire.localV4, .usable),
        (.v4(198, 51, 100, 1), .notLocal), (Wire.peer(9, v6: false), .notLocal),
        (.anyV6, .usable), (.loopbackV6, .usable), (Wire.localV6, .usable), (Wire.peer(9, v6: true), .notLocal),
        (LabAddress.loopbackV4.mapped, .usable), (LabAddress.v4(198, 51, 100, 1).mapped, .notLocal),
        (Wire.localLinkLocal, .missingScope),
      ]
      for (address, standing) in addresses {
        let request = BindRequest(transport, SocketAddress(address.address, port: 80), uid: 1000)
        #expect(try AddressStanding.ofAddress(in: request) == standing, "\(address)")
        #expect(try AddressStanding.ofAddressWithoutWaiver(in: request) == standing, "\(address)")
      }
    }
  }

  @Test func namedInterfaceDecides() async throws {
    try await Laboratory.withNew { (laboratory: Laboratory) throws in
      _ = try laboratory.wire()
      let (loopback, wire) = (interfaceIndex("lo"), interfaceIndex(Wire.deviceName))
      func standing(_ address: LabAddress, interface: UInt32 = 0, scope: UInt32 = 0) throws -> AddressStanding {
        let local = SocketAddress(address.address, port: 80)
        return try AddressStanding.ofAddress(
          in: BindRequest(.tcp, local, uid: 0, interfaceIndex: interface, scopeID: scope))
      }
      #expect(try standing(Wire.localLinkLocal, scope: wire) == .usable)
      #expect(try standing(Wire.localLinkLocal, interface: wire) == .usable)
      #expect(try standing(Wire.localLinkLocal, scope: loopback) == .notLocal)
      #expect(try standing(Wire.localLinkLocal, scope: 9999) == .unknownInterface)
      #expect(try standing(.loopbackV6, interface: wire) == .notLocal)
      #expect(try standing(.loopbackV6, interface: loopback) == .usable)
      for address in [LabAddress.loopbackV4, .loopbackV6, .anyV4, .anyV6] {
        #expect(try standing(address, interface: 9999) == .unknownInterface, "\(address)")
        #expect(try standing(address, interface: .max) == .unknownInterface, "\(address)")
      }
    }
  }

  @Test func multicastDependsOnTheProtocol() async throws {
    try await Laboratory.withNew { (laboratory: Laboratory) throws in
      _ = try laboratory.wire()
      let group = SocketAddress(LabAddress.v6(0xff02_0000_0000_0000, 0xfb).address, port: 5353)
      let wire = interfaceIndex(Wire.deviceName)
      #expect(try AddressStanding.ofAddress(in: BindRequest(.udp, group, uid: 0)) == .missingScope)
      #expect(try AddressStanding.ofAddress(in: BindRequest(.udp, group, uid: 0, scopeID: wire)) == .usable)
      #expect(try AddressStanding.ofAddress(in: BindRequest(.tcp, group, uid: 0, scopeID: wire)) == .other(EINVAL))
    }
  }

  @Test func mappedAddressOnV6OnlySocketIsInvalid() async throws {
    try await Laboratory.withNew { (_: Laboratory) throws in
      let mapped = SocketAddress(LabAddress.loopbackV4.mapped.address, port: 80)
      let request = BindRequest(.tcp, mapped, options: [.v6Only], uid: 0)
      #expect(try AddressStanding.ofAddress(in: request) == .other(EINVAL))
    }
  }

  @Test(
    arguments: [BindOptions.freebind, .transparent], [LabAddress.v4(198, 51, 100, 1), .v6(0x2001_0db8_00ff_0000, 1)])
  func waivedAddressIsDistinguishedFromALocalOne(_ option: BindOptions, _ address: LabAddress) async throws {
    try await Laboratory.withNew { (_: Laboratory) throws in
      let local = SocketAddress(address.address, port: 80)
      let request = BindRequest(.tcp, local, options: option, uid: 0)
      let standings = try LoneThread.run(.unprivileged) {
        [try AddressStanding.ofAddress(in: request), try AddressStanding.ofAddressWithoutWaiver(in: request)]
      }
      #expect(standings == [.usable, .notLocal])
    }
  }

  @Test(arguments: [false, true]) func systemSettingMakesEveryAddressUsable(_ isV6: Bool) async throws {
    try await Laboratory.withNew { (laboratory: Laboratory) throws in
      let address = isV6 ? LabAddress.v6(0x2001_0db8_00ff_0000, 1) : .v4(198, 51, 100, 1)
      try laboratory.namespace.set("net.\(isV6 ? "ipv6" : "ipv4").ip_nonlocal_bind", to: 1)
      let request = BindRequest(.tcp, SocketAddress(address.address, port: 80), uid: 0)
      #expect(try AddressStanding.ofAddress(in: request) == .usable)
      #expect(try AddressStanding.ofAddressWithoutWaiver(in: request) == .usable)
    }
  }

  /// The basis of the check: such a bind takes no port, for either protocol.
  @Test(arguments: [LabProtocol.tcp, .udp], [LabAddress.loopbackV4, .loopbackV6])
  func bindWithoutPortTakesNone(_ kind: LabProtocol, _ address: LabAddress) async throws {
    try await Laboratory.withNew { (laboratory: Laboratory) throws in
      let socket = try laboratory.boundSocket(kind, to: LabEndpoint(address, 0), options: [.bindAddressNoPort])
      #expect(try socket.local().port == 0)
      #expect(try socketsWithPort().isEmpty)
      // The address was checked anyway: it belongs to the socket now.
      #expect(try socket.local().address == address)
    }
  }

  /// If the check took a port, there would be none left for it.
  @Test(arguments: [LabProtocol.tcp, .udp], [LabAddress.loopbackV4, .loopbackV6])
  func exhaustedPortsDoNotAffectTheAddress(_ kind: LabProtocol, _ address: LabAddress) async throws {
    try await Laboratory.withNew { (laboratory: Laboratory) throws in
      try laboratory.leaveOnePort(8080)
      _ = try laboratory.boundSocket(kind, to: LabEndpoint(address, 8080))
      #expect(throws: LaboratoryError.self) { try laboratory.boundSocket(kind, to: LabEndpoint(address, 0)) }
      let local = SocketAddress(address.address, port: 8080)
      let request = BindRequest(kind == .tcp ? .tcp : .udp, local, uid: 0)
      #expect(try AddressStanding.ofAddress(in: request) == .usable)
    }
  }
}
