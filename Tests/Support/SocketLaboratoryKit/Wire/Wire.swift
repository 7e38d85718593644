internal import CSocketLaboratory
internal import CSocketLaboratoryKit
public import SocketLaboratory

/// A TUN device in the namespace. Scripted ``WirePeer``s are on its far side.
///
/// Between two kernels, some states last for microseconds. With a script as the peer they last as long as the test needs
/// them. No thread reads the device. A packet stays there until a script waits for it, so the peer seems silent.
///
/// The namespace has `192.0.2.1`, `2001:db8::1` and `fe80::1` on the device; every other address of `192.0.2.0/24`,
/// `2001:db8::/64` and `fe80::/64` belongs to peers.
public final class Wire {
  /// The name of the device.
  public static let deviceName = "wire0"
  /// The namespace's own IPv4 address.
  public static let localV4 = LabAddress.v4(192, 0, 2, 1)
  /// The namespace's own IPv6 address.
  public static let localV6 = LabAddress.v6(0x2001_0db8_0000_0000, 1)
  /// The namespace's own link-local address.
  public static let localLinkLocal = LabAddress.v6(0xfe80_0000_0000_0000, 1)

  private let device: LabSocket
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)
  private var peers: [Route: WirePeer] = [:]

  struct Route: Hashable {
    var kernel: LabEndpoint
    var peer: LabEndpoint
  }

  init(in namespace: LabNamespace) throws {
    try namespace.requireOwnThread()
    let name = Self.deviceName
    // SAFETY: the call reads the NUL-terminated name and keeps nothing.
    let descriptor = unsafe socklab_tun_open(name)
    guard descriptor >= 0 else { throw LaboratoryError(.unsupported, "open a TUN device", errno: -descriptor) }
    device = LabSocket(owning: descriptor)
    // No automatic link-local address: its random value would differ in every recording.
    try namespace.set("net.ipv6.conf.\(name).addr_gen_mode", to: 1)
    // SAFETY: the call reads the NUL-terminated name and keeps nothing.
    try check(unsafe socklab_link_up(name), "set \(name) up")
    for (address, prefix) in [(Self.localV4, 24), (Self.localV6, 64), (Self.localLinkLocal, 64)] {
      let endpoint = try LabEndpoint(address, 0).forKernel()
      // SAFETY: the call reads the NUL-terminated name and keeps nothing.
      try check(unsafe socklab_link_address(name, endpoint, Int32(prefix)), "give \(name) the address \(address)")
    }
    try waitForAddresses()
    // A silent peer must not be given up while a test is looking.
    for sysctl in ["tcp_syn_retries", "tcp_synack_retries", "tcp_orphan_retries"] {
      try namespace.set("net.ipv4.\(sysctl)", to: 60)
    }
  }

  /// Resets every conversation. Otherwise orphans would keep the namespace alive until their timers give up.
  func resetAll() {
    for peer in peers.values { try? peer.reset() }
  }

  /// An IPv6 address is tentative until a worker of the kernel has looked at it, on this device without any probe.
  private func waitForAddresses() throws {
    let deadline = Deadline()
    for address in [Self.localV6, Self.localLinkLocal] {
      let endpoint = try LabEndpoint(address, 0, interface: Self.deviceName).forKernel()
      let probe = LabSocket(owning: try check(socklab_socket(SOCKLAB_UDP, true), "create a UDP socket"))
      while socklab_bind(probe.descriptor, endpoint) < 0 {
        guard !deadline.hasPassed else { throw LaboratoryError(.timeout, "wait for the address \(address)") }
        Deadline.pause()
      }
    }
  }

  /// The namespace's own address of a family.
  public static func local(v6: Bool) -> LabAddress { v6 ? localV6 : localV4 }

  /// The address of the peer with a number from 2 to 254.
  public static func peer(_ number: UInt8, v6: Bool) -> LabAddress {
    v6 ? .v6(localV6.high, UInt64(number)) : .v4(192, 0, 2, number)
  }

  func register(_ peer: WirePeer) {
    peers[Route(kernel: peer.kernel.withoutScope.unmapped, peer: peer.own.withoutScope.unmapped)] = peer
  }

  func write(_ segment: TCPSegment) throws {
    let packet = segment.packet()
    // SAFETY: the kernel reads at most `bytes.count` bytes of a buffer that outlives the call.
    let count = unsafe packet.withUnsafeBytes { bytes in
      unsafe socklab_write(device.descriptor, bytes.baseAddress, bytes.count)
    }
    try check(count, "put a packet on the wire")
  }

  /// Reads what lies in the device and gives each segment to its peer; waits for the first one.
  func deliver(until deadline: Deadline) throws {
    try check(socklab_wait_readable(device.descriptor, deadline.remainingMilliseconds), "wait for a packet")
    while true {
      // SAFETY: the kernel writes at most `bytes.count` bytes into a buffer that outlives the call.
      let count = unsafe buffer.withUnsafeMutableBytes { bytes in
        unsafe socklab_read(device.descriptor, bytes.baseAddress, bytes.count)
      }
      // Nothing left to read is how this loop ends.
      guard count > 0 else { return }
      guard let segment = TCPSegment(packet: buffer[..<Int(count)]) else { continue }
      peers[Route(kernel: segment.source, peer: segment.destination)]?.take(segment)
    }
  }
}

extension LabEndpoint {
  /// The endpoint as packets carry it: a v4-mapped address travels as IPv4.
  var unmapped: LabEndpoint {
    guard address.isMapped else { return self }
    return LabEndpoint(LabAddress(isV6: false, high: 0, low: address.low & 0xFFFF_FFFF), port, interface: interface)
  }
}
