import SockDiag
import SocketLaboratory
import SocketLaboratoryKit

/// A crowd of sockets, and others with everything that a filter can test: marks, interfaces, cgroups, mapped addresses
/// and ports that the kernel chose.
struct FilterScene {
  let crowd: Crowd
  /// Sockets that their program bound to no port, such as accepted connections, and some that were bound.
  private(set) var autobound: [LabSocket] = []
  private(set) var bound: [LabSocket] = []
  /// The cgroups that contain sockets.
  let cgroups: [TemporaryCgroup]
  private let laboratory: Laboratory
  /// The crowd uses the ports from 1024 on.
  private var lastPort: UInt16 = 20

  /// Makes at least this many sockets; all exist when it returns.
  init(in laboratory: Laboratory, count: Int) throws {
    self.laboratory = laboratory
    crowd = try Crowd(in: laboratory, count: count)
    cgroups = try ["lab-filter", "lab-other"].map { try laboratory.cgroup(named: $0) }
    for isV6 in [false, true] {
      for mark in [0x1, 0x10, 0x11, 0x2a, .max] as [UInt32] { try add(isV6, [.mark(mark)]) }
      for device in ["lo", Wire.deviceName] { try add(isV6, [.bindToDevice(device)], on: isV6 ? .anyV6 : .anyV4) }
      try add(isV6, [.mark(0x10), .bindToDevice("lo")])
      for cgroup in cgroups { try add(isV6, [], in: cgroup) }
      try addAutobound(isV6)
    }
    try addMapped()
    try addLinkLocal()
  }

  private mutating func place(_ address: LabAddress) -> LabEndpoint {
    lastPort += 1
    return LabEndpoint(address, lastPort)
  }

  /// A listener, a connection, a bound socket, and UDP sockets with and without a peer.
  private mutating func add(
    _ isV6: Bool, _ options: [SocketOption], on address: LabAddress? = nil, in cgroup: TemporaryCgroup? = nil
  ) throws {
    let loopback = isV6 ? LabAddress.loopbackV6 : .loopbackV4
    let own = address ?? loopback
    bound.append(try laboratory.tcpListener(on: place(own), options: options, in: cgroup))
    bound.append(try laboratory.boundSocket(to: place(own), options: options, in: cgroup))
    bound.append(try laboratory.udpSocket(bound: place(own), options: options, in: cgroup))
    if options.contains(.bindToDevice(Wire.deviceName)) { return }
    let pair = try laboratory.connectedPair(
      to: place(loopback), from: place(loopback), clientOptions: options, serverOptions: options,
      clientCgroup: cgroup, serverCgroup: cgroup)
    bound += [pair.listener, pair.client]
    let peer = place(loopback)
    bound.append(
      try laboratory.udpSocket(bound: place(loopback), connectedTo: peer, options: options, in: cgroup))
  }

  private mutating func addAutobound(_ isV6: Bool) throws {
    let loopback = isV6 ? LabAddress.loopbackV6 : .loopbackV4
    for mark in [0, 0x10, 0x2a] as [UInt32] {
      let options = mark == 0 ? [] : [SocketOption.mark(mark)]
      let pair = try laboratory.connectedPair(to: place(loopback), clientOptions: options)
      let listener = try laboratory.socket(.tcp, v6: isV6, options: options)
      try listener.listen(backlog: 1)
      let peer = place(loopback)
      autobound += [pair.client, pair.server, listener, try laboratory.udpSocket(connectedTo: peer, options: options)]
      bound.append(pair.listener)
    }
  }

  private mutating func addMapped() throws {
    let mapped = LabAddress.loopbackV4.mapped
    let dual = SocketOption.v6Only(false)
    for _ in 0..<4 {
      let pair = try laboratory.connectedPair(
        to: place(.loopbackV4), from: place(.loopbackV4), listenerAddress: .anyV6, serverOptions: [dual])
      bound += [
        pair.listener, pair.client, try laboratory.tcpListener(on: place(mapped), options: [dual]),
        try laboratory.udpSocket(bound: place(mapped), options: [dual]),
      ]
      let peer = place(mapped)
      bound.append(try laboratory.udpSocket(bound: place(mapped), connectedTo: peer, options: [dual]))
    }
  }

  private mutating func addLinkLocal() throws {
    for number in 2...5 as ClosedRange<UInt64> {
      var own = place(Wire.localLinkLocal)
      var peer = place(.v6(Wire.localLinkLocal.high, number))
      (own.interface, peer.interface) = (Wire.deviceName, Wire.deviceName)
      bound.append(try laboratory.wireConnection(from: own, to: peer).socket)
    }
  }
}
